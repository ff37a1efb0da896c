// Package ledger turns policy documents into measures that can be followed up.
// Its importer is pure: bytes in, a reading out, no database. The reading says
// what stands in the document and nothing else; what could not be read is
// listed with its place, for a person to correct.
//
// A file becomes lines (docx.go, html.go, pdf.go, decode.go), lines become one
// stream whose breaks mean something (text.go), the stream becomes a tree of
// numbered headings (structure.go), and its leaves become measures (measure.go)
// with units, deadlines, targets and force (the files of these names).
package ledger
