package civic_test

import (
	"testing"
	"time"

	"yinqiao/civic"
)

func TestATimeOfDayIsSaidAsPeopleSayIt(t *testing.T) {
	t.Parallel()
	for clock, want := range map[string]string{"00:00": "凌晨0点", "05:59": "凌晨5点59分", "06:00": "上午6点", "09:05": "上午9点05分",
		"12:30": "中午12点30分", "13:00": "下午1点", "17:59": "下午5点59分", "18:00": "晚上6点", "23:01": "晚上11点01分"} {
		at, err := time.ParseInLocation("15:04", clock, civic.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if got := civic.SayTime(at.UTC()); got != want {
			t.Errorf("%s is said %s, not %s", clock, got, want)
		}
	}
}
