// Package app is the wiring: configuration, the rooms put together, the list of
// which acts wake which jobs, the server and the commands. It holds no rules.
package app
