package line

import "time"

// Heard is when the last sign of life came.
func (c *Call) Heard() time.Time { return time.Unix(0, c.media.heard.Load()) }

// HearsReports reports whether the port beside that of the sound is open.
func (c *Call) HearsReports() bool { return c.media.rtcp != nil }
