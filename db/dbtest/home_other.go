//go:build !linux

package dbtest

// home is where the cluster's folder goes.
func home() string { return "/tmp" }
