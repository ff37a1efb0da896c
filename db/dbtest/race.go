//go:build race

package dbtest

const racing = true
