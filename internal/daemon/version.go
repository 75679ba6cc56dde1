package daemon

import (
	"cmp"
	"runtime/debug"
)

// The version and the commit that a binary was built from. The linker sets them:
//
//	-ldflags "-X pneumoscope/internal/daemon.version=0.1.0 -X pneumoscope/internal/daemon.revision=…"
//
// An image is built without the Git repository, so the Go tool cannot set them.
var version, revision string

// Version says what a binary was built from.
type Version struct {
	Version, Revision, Go string
}

// BuildVersion returns the linker's values, or the Go tool's where the linker set none.
func BuildVersion() Version {
	v := Version{Version: version, Revision: revision}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Version, v.Go = cmp.Or(v.Version, info.Main.Version), info.GoVersion
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				v.Revision = cmp.Or(v.Revision, setting.Value)
			}
		}
	}
	return Version{cmp.Or(v.Version, "unknown"), cmp.Or(v.Revision, "unknown"), cmp.Or(v.Go, "unknown")}
}

func (v Version) String() string { return v.Version + " (revision " + v.Revision + ", " + v.Go + ")" }
