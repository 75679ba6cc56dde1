// Package refusal names the reasons why a file cannot be judged as a film. It is a package of its own, because every
// decoder refuses files, and the web server turns each reason into a status and a sentence.
package refusal

// Refusal is the error for a file that cannot be judged.
type Refusal struct {
	Code   Code
	Detail string // for the log only: sizes and format names, never content
}

// New returns a refusal. The detail must not quote the file.
func New(code Code, detail string) *Refusal { return &Refusal{Code: code, Detail: detail} }

func (r *Refusal) Error() string {
	if r.Detail == "" {
		return "film refused: " + string(r.Code)
	}
	return "film refused: " + string(r.Code) + ": " + r.Detail
}
