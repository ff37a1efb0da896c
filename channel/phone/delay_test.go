package phone_test

import (
	"testing"
	"time"

	"yinqiao/channel/phone"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/speech"
)

// From a key to when the next prompt begins, with the voice of espeak-ng and a cache that is empty:
// what is measured includes the database.
func TestTheNextPromptBeginsSoonAfterTheKey(t *testing.T) {
	t.Parallel()
	if !dbtest.Slow() {
		t.Skip("a measurement: YINQIAO_SLOW=1")
	}
	w := newWorld(t, dbtest.Open(t, db.Postgres), speech.NewEspeak(""))
	if !w.say.Available() {
		t.Skip("espeak-ng is not installed")
	}
	at, _ := w.open()
	for range 3 {
		c := w.dial(at, w.Taiyuan.ElderPhone)
		c.hears("王奶奶，您好，这里是老年人服务热线。", speech.Style{})
		for _, step := range []struct {
			key    byte
			prompt string
		}{{'3', "在哪个文化馆？"}, {'1', "参加哪一个？"}, {'1', "哪一次？"}} {
			sounds, err := phone.Sounds(t.Context(), w.say, step.prompt, speech.Style{})
			w.ok(err)
			c.Forget()
			began := time.Now()
			c.Press(step.key)
			c.hears(step.prompt, speech.Style{})
			took := time.Since(began) - sounds[0].Duration()
			t.Logf("%s after %v", step.prompt, took.Round(time.Millisecond))
			if took > time.Second {
				t.Errorf("%s begins %v after the key", step.prompt, took)
			}
		}
		c.Hangup()
	}
}
