//go:build !unix

package dbtest

import "os/exec"

// apart: without Unix sockets and users there is no private cluster.
func apart(*exec.Cmd, string) error { return errMissing }
