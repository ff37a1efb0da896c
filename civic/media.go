package civic

import (
	"bytes"
	"image"
	_ "image/jpeg" // pictures are told by their content
	_ "image/png"
)

// pictureSide is the longest side of a picture that is taken, in pixels.
const pictureSide = 20_000

// MediaOf tells by its content what a brought picture or paper is: image/jpeg, image/png or
// application/pdf, or "" if it is nothing that is taken.
func MediaOf(b []byte) string {
	if bytes.HasPrefix(b, []byte("%PDF-")) && bytes.Contains(b[max(0, len(b)-2048):], []byte("%%EOF")) {
		return "application/pdf"
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > pictureSide || c.Height > pictureSide {
		return ""
	}
	return "image/" + format
}
