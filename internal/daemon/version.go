package daemon

import (
	"cmp"
	"runtime/debug"
)

// What a binary was built from, written into it by the linker:
//
//	-ldflags "-X pneumoscope/internal/daemon.version=v1 -X pneumoscope/internal/daemon.revision=…"
//
// Images are built without a repository, of which the Go tool could tell it.
var version, revision string

// Version is what a binary knows of its own origin.
type Version struct {
	Version, Revision, Go string
}

// BuildVersion says what the linker wrote, or else what the Go tool did.
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
