package line

import (
	"syscall"
	"time"
)

// goBefore has this thread go before others, where the system lets it: as root, with
// CAP_SYS_NICE, or within RLIMIT_NICE.
func goBefore() {
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), -15)
}

// rest waits in this very thread: a timer of the runtime would be run by whichever thread
// gets to it.
func rest(d time.Duration) {
	if d <= 0 {
		return
	}
	ts := syscall.NsecToTimespec(d.Nanoseconds())
	_ = syscall.Nanosleep(&ts, nil) // woken early, it finds nothing due
}
