package dataframe

// Error says why a frame cannot be used, in MLflow's words but without the data.
type Error struct {
	Message string
	// Unfit means that the frame was read but does not fit the signature. MLflow
	// reports that in another form.
	Unfit bool
}

func (e *Error) Error() string { return e.Message }

func unreadable(message string) *Error { return &Error{Message: message} }

func unfit(message string) *Error { return &Error{Message: message, Unfit: true} }
