// Package line is a telephone line: calls by SIP (RFC 3261), what is heard and pressed in
// them by RTP (RFC 3550) with G.711 and RFC 4733. It knows nothing of services: a handler is
// given each call that comes in and plays sounds, reads keys, and ends it.
package line
