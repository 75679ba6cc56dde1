package load

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// response holds the parts of an answer that a measurement needs. Its slices are
// valid until the next exchange on the same connection.
type response struct {
	status     int
	retryAfter bool
	closes     bool // the server will close the connection
	body       []byte
}

// connection is one kept-alive HTTP/1.1 connection, opened when it is needed. It
// reads only answers that announce their length, as all servers compared here do.
type connection struct {
	address string
	timeout time.Duration
	conn    net.Conn
	buffer  []byte
}

var (
	errNoLength = errors.New("the answer does not announce its length")
	errNoHTTP   = errors.New("the answer is not HTTP/1.1")
)

// exchange sends a whole request, head and body, in one write and reads the answer. A
// server may refuse early: it answers and closes the connection while the body is still
// being sent. Then exchange stops sending, and the answer counts.
func (c *connection) exchange(request []byte) (response, error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.address, c.timeout)
		if err != nil {
			return response{}, fmt.Errorf("connect: %w", err)
		}
		c.conn = conn
	}
	if err := c.conn.SetDeadline(time.Now().Add(c.timeout)); err != nil {
		return response{}, err
	}
	var answer response
	var reading error
	read := make(chan struct{})
	go func() {
		defer close(read)
		answer, reading = c.read()
		_ = c.conn.SetWriteDeadline(time.Unix(1, 0)) // ends the Write in progress; no other follows on a broken connection
	}()
	_, sending := c.conn.Write(request)
	<-read
	if reading != nil {
		c.close()
		return response{}, errors.Join(sending, reading)
	}
	if sending != nil || answer.closes {
		c.close()
	}
	return answer, nil
}

func (c *connection) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// read reads one answer.
func (c *connection) read() (response, error) {
	if c.buffer == nil {
		c.buffer = make([]byte, 16<<10)
	}
	filled, head := 0, -1
	for head < 0 {
		if filled == len(c.buffer) {
			c.buffer = append(c.buffer, make([]byte, len(c.buffer))...)
		}
		n, err := c.conn.Read(c.buffer[filled:])
		filled += n
		head = bytes.Index(c.buffer[:filled], []byte("\r\n\r\n"))
		if err != nil && head < 0 {
			return response{}, fmt.Errorf("read: %w", err)
		}
	}
	answer, length, err := parseHead(c.buffer[:head])
	if err != nil {
		return response{}, err
	}
	body := head + len("\r\n\r\n")
	if missing := body + length - len(c.buffer); missing > 0 {
		c.buffer = append(c.buffer, make([]byte, missing)...)
	}
	for filled < body+length {
		n, err := c.conn.Read(c.buffer[filled : body+length])
		filled += n
		if err != nil && filled < body+length {
			return response{}, fmt.Errorf("read: %w", err)
		}
	}
	answer.body = c.buffer[body : body+length]
	return answer, nil
}

// parseHead reads a status line and the three header fields that matter.
func parseHead(head []byte) (answer response, length int, err error) {
	line, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return response{}, 0, errNoHTTP
	}
	if answer.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return response{}, 0, errNoHTTP
	}
	length = -1
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
				return response{}, 0, errNoLength
			}
		case bytes.EqualFold(name, []byte("retry-after")):
			answer.retryAfter = len(value) > 0
		case bytes.EqualFold(name, []byte("connection")):
			answer.closes = bytes.EqualFold(value, []byte("close"))
		}
	}
	if length < 0 {
		return response{}, 0, errNoLength
	}
	return answer, length, nil
}
