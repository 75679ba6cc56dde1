package api

import (
	"context"
	"net/http"
)

// Ping returns nil if the server accepts requests.
func (c *Client) Ping(ctx context.Context) error {
	response, err := c.do(ctx, http.MethodGet, "/ping", nil, "")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return statusError(response)
	}
	_, err = c.readAnswer(ctx, response) // read to its end, so that the connection can be reused
	return err
}
