package kit

import (
	"embed"
	"io/fs"
)

//go:embed static
var static embed.FS

// Static is the folder of style, script and icon.
func Static() fs.FS {
	sub, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}
