package server

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Cost is a server's use of the machine.
type Cost struct {
	ResidentMiB float64       // now
	PeakMiB     float64       // since its start
	CPU         time.Duration // since its start
}

// Cost reads the use of the server's process. If the command has children, the server
// is the process with the most memory: a launcher has less.
func (s *Server) Cost() (Cost, error) {
	var server Cost
	for _, pid := range family(s.command.Process.Pid) {
		if c, err := costOf(pid); err == nil && c.ResidentMiB > server.ResidentMiB {
			server = c
		}
	}
	if server.ResidentMiB == 0 {
		return Cost{}, fmt.Errorf("process %d has no memory to be read", s.command.Process.Pid)
	}
	return server, nil
}

// family is a process and all its descendants.
func family(pid int) []int {
	all := []int{pid}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return all
	}
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(all, family(child)...)
			}
		}
	}
	return all
}

func costOf(pid int) (Cost, error) {
	var c Cost
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return c, err
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		kibibytes, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		switch {
		case err != nil:
		case name == "VmRSS":
			c.ResidentMiB = kibibytes / 1024
		case name == "VmHWM":
			c.PeakMiB = kibibytes / 1024
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return c, err
	}
	c.CPU, err = processorTime(string(stat))
	return c, err
}

// tick is the unit of /proc: 100 a second on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// processorTime adds up the 14th and 15th field of a process's stat file. The
// second field, its name in parentheses, may hold blanks.
func processorTime(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("a stat file of %d fields", len(fields))
	}
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	if err != nil {
		return 0, err
	}
	return time.Duration(user+system) * tick, nil
}

// FamilyTime is the processor time of a process and all its descendants.
func FamilyTime(pid int) time.Duration {
	var total time.Duration
	for _, member := range family(pid) {
		if c, err := costOf(member); err == nil {
			total += c.CPU
		}
	}
	return total
}

// MachineTime is the time of all processors together since the machine was started,
// and the part of it in which they were busy.
func MachineTime() (busy, all time.Duration, err error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, 0, errors.New("/proc/stat has no line of all processors")
	}
	for i, field := range fields[1:9] { // user, nice, system, idle, waiting for a disk, …, stolen
		ticks, err := strconv.Atoi(field)
		if err != nil {
			return 0, 0, fmt.Errorf("/proc/stat: %w", err)
		}
		all += time.Duration(ticks) * tick
		if i != 3 && i != 4 {
			busy += time.Duration(ticks) * tick
		}
	}
	return busy, all, nil
}
