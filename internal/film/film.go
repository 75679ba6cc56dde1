// Package film holds the one fact about a film that the frontend's packages and the tests of both services share: its
// size as the model's input. It imports nothing, so that all of them can import it.
package film

// Side is the number of pixels on each side of a prepared film. The model's signature must say the same.
const Side = 224
