package web

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/xray"
)

// openAPISource describes the API. It is written by hand, except the lists of codes and caveats: a line such as
// "{codes of /predict with 422}" stands for all of them. A test compares it with the routes and types of the program.
//
//go:embed openapi.json
var openAPISource string

// newOpenAPI returns openAPISource with the lists filled in.
func newOpenAPI() []byte {
	placeholder := regexp.MustCompile(`(?m)^( *)"\{(caveats|codes)(?: of (\S+) with (\d+))?\}"$`)
	return []byte(placeholder.ReplaceAllStringFunc(openAPISource, func(line string) string {
		parts := placeholder.FindStringSubmatch(line)
		indent, kind, route := parts[1], parts[2], parts[3]
		var entries []string
		switch {
		case kind == "caveats":
			for _, caveat := range xray.Caveats() {
				entries = append(entries, string(caveat))
			}
		case route == "":
			for _, code := range Codes() {
				entries = append(entries, string(code))
			}
		default:
			status, _ := strconv.Atoi(parts[4]) // the pattern has digits only
			for _, code := range codesAt(route, status) {
				entries = append(entries, string(code))
			}
		}
		return indent + `"` + strings.Join(entries, "\",\n"+indent+`"`) + `"`
	}))
}

func (s *server) showOpenAPI(c *fiber.Ctx) error {
	noStore(c)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(s.openAPI)
}
