package kit

import (
	"net/http"
	"strconv"

	"yinqiao/grant"
)

// SendScan sends a scanned paper as a file: it is never shown in a page of ours,
// and never kept by a cache.
func SendScan(w http.ResponseWriter, s grant.Scan) error {
	return SendMedia(w, "attachment", "scan", s.Media, s.Bytes)
}

// SendMedia sends a picture or a paper, to keep (attachment) or to be shown (inline).
func SendMedia(w http.ResponseWriter, how, name, media string, b []byte) error {
	end := map[string]string{"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}[media]
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", how+`; filename="`+name+end+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b) // the visitor may have gone
	return nil
}
