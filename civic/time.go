package civic

import (
	"fmt"
	"time"
)

// SayTime says a time of day as people do: 上午9点05分, 下午3点, 晚上8点30分.
func SayTime(t time.Time) string {
	t = t.In(Shanghai)
	part, h := "上午", t.Hour()
	switch {
	case h < 6:
		part = "凌晨"
	case h == 12:
		part = "中午"
	case h > 12 && h < 18:
		part, h = "下午", h-12
	case h >= 18:
		part, h = "晚上", h-12
	}
	s := fmt.Sprintf("%s%d点", part, h)
	if t.Minute() > 0 {
		s += fmt.Sprintf("%02d分", t.Minute())
	}
	return s
}
