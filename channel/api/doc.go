// Package api is the channel for programs: the same dialogue, people and cases as
// JSON over HTTP, described by OpenAPI 3.1, with errors by RFC 9457. It decodes,
// names the actor, calls one verb and encodes; rules and rights live in the
// verbs. Other formats of the field get files of their own here.
package api
