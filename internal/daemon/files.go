package daemon

// reservedFiles are the file descriptors kept for everything except public connections: the admin port, connections to
// other servers, the model's files.
const reservedFiles = 256

// withinFiles lowers a limit of connections if the process has too few file descriptors for it.
func withinFiles(limit, files int) int {
	return min(limit, max(files-reservedFiles, files/2, 1))
}
