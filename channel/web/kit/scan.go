package kit

import (
	"net/http"
	"strconv"

	"yinqiao/grant"
)

// SendScan sends a scanned paper as a file: it is never shown in a page of ours,
// and never kept by a cache.
func SendScan(w http.ResponseWriter, s grant.Scan) error {
	name := map[string]string{"application/pdf": "scan.pdf", "image/png": "scan.png", "image/jpeg": "scan.jpg"}[s.Media]
	w.Header().Set("Content-Type", s.Media)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(s.Bytes)))
	_, _ = w.Write(s.Bytes) // the visitor may have gone
	return nil
}
