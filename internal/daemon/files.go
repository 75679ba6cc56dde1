package daemon

// reservedFiles are the file descriptors kept for all that is no public connection: the admin port, connections to other
// servers, the model's files.
const reservedFiles = 256

// withinFiles lowers a limit of connections to what the process has file descriptors for.
func withinFiles(limit, files int) int {
	return min(limit, max(files-reservedFiles, files/2, 1))
}
