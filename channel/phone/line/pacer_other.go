//go:build !linux

package line

import "time"

func goBefore() {}

func rest(d time.Duration) { time.Sleep(d) }
