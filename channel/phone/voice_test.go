package phone_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/channel/phone"
	"yinqiao/channel/phone/phonetest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
	"yinqiao/engine/casework"
	"yinqiao/journal"
	"yinqiao/speech"
)

func TestWhoCallsForAnOperaEveningGetsItByKeysAndHearsTheNumberThatIsStored(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at, got := w.open()
		c := w.dial(at, w.Taiyuan.ElderPhone)
		c.answers("王奶奶，您好，这里是老年人服务热线。医院挂号，请按1。代寄检查报告，请按2。看戏和上课，请按3。", '3')
		c.answers("在哪个文化馆？", '1')
		c.answers("参加哪一个？", '1')
		c.answers("哪一次？", '1')
		c.answers("您要办的是看戏和上课。地方，140105 culture_house。活动，晋剧《打金枝》。", '1')
		c.hears("已经办好了。", speech.Slow)
		c.Forget()
		c.Press('1') // a second tap cuts nothing short, and is no wish for anything else
		id, number, service := w.request(w.Taiyuan.Elder)
		c.hears(phone.Spoken(number), speech.Slow)
		c.hears("还要办别的事，请按1。", speech.Style{})
		if begun, err := phone.Sounds(t.Context(), w.say, "已经办好了。", speech.Slow); err != nil || phonetest.Contains(c.Heard(), begun[0]) {
			t.Errorf("what was done was cut short and said again, %v", err)
		}
		w.writtenToo(number)
		if other, err := phone.Sounds(t.Context(), w.say, phone.Spoken("1000000009"), speech.Slow); err != nil || len(other) < 2 {
			t.Fatal(err)
		}
		c.hears("谢谢您的来电，再见。", speech.Style{})
		c.Ended(5 * time.Second)
		end := <-got
		if end.Request != id || end.Number != number || end.Human != "" || service != "opera-evening" || !end.Keys {
			t.Errorf("the call ended with %+v; %s of %s is stored", end, number, service)
		}
		if n := w.Acts(t, booking.ActBooked, string(id)) + w.Acts(t, booking.ActBookedKept, string(id)); n != 1 {
			t.Errorf("%d bookings", n)
		}
	})
}

// Who hangs up over a second matter had the first done, and the call counts as one that solved something; who wants a human
// wants one for the second: that is what is gone on with, and called back for where the call falls.
func TestASecondMatterThatIsNotFinishedIsGoneOnWithAndTheFirstIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	at, got := w.open()
	for name, leave := range map[string]func(c *ear){
		"hangs up":      func(c *ear) { c.hears("去哪家医院？", speech.Style{}); c.Hangup() },
		"wants a human": func(c *ear) { c.answers("去哪家医院？", '0') },
	} {
		t.Run(name, func(t *testing.T) {
			in := w.NewPerson(w.Taiyuan.Street, "张玉珍")
			elder := w.Register(t, in)
			c := w.dial(at, in.Phones[0].Number)
			c.answers("医院挂号，请按1。代寄检查报告，请按2。看戏和上课，请按3。", '3')
			c.answers("在哪个文化馆？", '1')
			c.answers("参加哪一个？", '1')
			c.answers("哪一次？", '1')
			c.answers("您要办的是看戏和上课。", '1')
			c.answers("还要办别的事，请按1。", '1')
			first, _, _ := w.request(elder)
			c.answers("医院挂号，请按1。", '1')
			leave(c)
			end := <-got
			done := first
			if end.Human != "" {
				done = ""
			}
			if end.Request != done || end.Draft == "" || string(end.Draft) == string(first) || end.Service != "hospital-register" {
				t.Errorf("the call ended with %+v; the first was %s", end, first)
			}
		})
	}
}

// What the caller is asked about was handed in meanwhile, by their daughter: that is no error, and its number is said.
func TestWhatWasHandedInElsewhereMeanwhileIsToldByItsNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	at, got := w.open()
	c := w.dial(at, w.Taiyuan.ElderPhone)
	c.answers("王奶奶，您好，这里是老年人服务热线。", '2')
	c.answers("您在哪家医院做的检查？", '1')
	c.answers("要寄哪一种报告？化验报告，请按1。", '1')
	c.answers("寄到什么地方？银槐街18号2单元301，请按1。", '1')
	c.answers("快递员打哪个电话？就打您现在用的这个电话，请按1。", '1')
	c.answers("还有什么要交代的吗？不用，跳过，请按1。", '1')
	c.answers("您要办的是代寄检查报告。", '2')
	c.answers("要改哪一样？", '2')
	c.hears("要寄哪一种报告？", speech.Style{})
	var draft civic.DraftID
	w.Look(t, apptest.System(), func(v *journal.View) error {
		return v.Get(&draft, `SELECT id FROM draft WHERE person = $1 AND state = 'open'`, w.Taiyuan.Elder)
	})
	rc, err := w.Requests.Submit(t.Context(), apptest.AsPerson(w.Taiyuan.Daughter), draft, 0)
	w.ok(err)
	c.Press('2')
	c.hears("已经办好了。"+phone.Spoken(rc.Number), speech.Slow)
	if end := <-got; end.Request != rc.Request || end.Human != "" {
		t.Errorf("the call ended with %+v", end)
	}
}

func TestAReportIsSentForByPhoneAndTheCaseIsTheHospitals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at, got := w.open()
		c := w.dial(at, w.Taiyuan.ElderPhone)
		c.answers("王奶奶，您好，这里是老年人服务热线。", '2')
		c.answers("您在哪家医院做的检查？", '1')
		c.answers("要寄哪一种报告？化验报告，请按1。", '1')
		c.answers("寄到什么地方？银槐街18号2单元301，请按1。", '1')
		c.answers("快递员打哪个电话？就打您现在用的这个电话，请按1。", '1')
		c.answers("还有什么要交代的吗？不用，跳过，请按1。", '1')
		c.answers("您要办的是代寄检查报告。", '1')
		end := <-got
		id, number, _ := w.request(w.Taiyuan.Elder)
		c.hears(phone.Spoken(number), speech.Slow)
		w.writtenToo(number)
		if end.Request != id || w.Acts(t, casework.ActOpened, string(id)) != 1 {
			t.Errorf("the call ended with %+v, and %s has no case", end, id)
		}
		w.Look(t, w.Taiyuan.HospitalClerk, func(v *journal.View) error {
			var office civic.OfficeID
			err := v.Get(&office, `SELECT office FROM casework WHERE request = $1`, id)
			if office != w.Taiyuan.Hospital {
				t.Errorf("the case is at %s", office)
			}
			return err
		})
	})
}

func TestSeveralWhoShareANumberAreAskedWhoCalls(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		number, both := w.neighbours()
		at, got := w.open()
		c := w.dial(at, number)
		c.hears("您好，这里是老年人服务热线。请问您是哪一位？", speech.Style{})
		c.Press('2')
		c.hears("医院挂号，请按1。", speech.Style{})
		c.Press('0')
		if end := <-got; end.Human != phone.WhyAsked || end.Person != both[0] && end.Person != both[1] {
			t.Errorf("the call ended with %+v", end)
		}
	})
}

func TestTheStarSaysItAgainAndSilenceOrAWrongKeyTwiceReachesAHuman(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	at, got := w.open()
	t.Run("again", func(t *testing.T) {
		c := w.dial(at, w.Taiyuan.ElderPhone)
		for range 2 {
			c.answers("医院挂号，请按1。", '*')
		}
		c.answers("医院挂号，请按1。", '7')
		c.answers("医院挂号，请按1。", '8')
		if end := <-got; end.Human != phone.WhySilent || end.Person != w.Taiyuan.Elder {
			t.Errorf("the call ended with %+v", end)
		}
	})
	t.Run("nobody is known", func(t *testing.T) {
		c := w.dial(at, "03511234567")
		c.answers("您好，这里是老年人服务热线。医院挂号，请按1。", '1')
		if end := <-got; end.Human != phone.WhyNone || end.Person != "" || end.Service != "hospital-register" {
			t.Errorf("the call ended with %+v", end)
		}
	})
}

func TestWhoHadItBeforeIsOfferedTheSameAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	at, got := w.open()
	for round := range 2 {
		c := w.dial(at, w.Taiyuan.ElderPhone)
		c.answers("医院挂号，请按1。", '1')
		if round == 0 {
			c.answers("去哪家医院？", '1')
			c.answers("看哪个科？内科，请按1。", '1')
			c.answers("找哪位医生？马大夫，请按1。", '1')
		} else {
			c.answers("还和上次一样吗？140105 hospital，内科，马大夫。和上次一样，请按1。", '1')
		}
		c.answers("哪一天去？", byte('1'+round))
		c.answers("几点去？", '1')
		c.answers("您要办的是医院挂号。医院，140105 hospital。科室，内科。医生，马大夫。", '1')
		end := <-got
		_, number, _ := w.request(w.Taiyuan.Elder)
		c.hears(phone.Spoken(number), speech.Slow)
		if end.Number != number {
			t.Errorf("the call ended with %+v", end)
		}
	}
}

// What espeak-ng or a recording says is what comes out of the line.
func TestTheVoiceOfTheInstallationIsHeard(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	rec, err := murmur{}.Say(t.Context(), speech.Utterance{Text: "recorded"}, speech.Style{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, speech.PromptKey("医院挂号，请按1。")+".wav"), speech.EncodeWAV(rec), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, dbtest.Open(t, db.SQLite), speech.Recorded{Folder: folder}, speech.NewEspeak(""))
	if !w.say.Available() {
		t.Skip("espeak-ng is not installed")
	}
	at, _ := w.open()
	c := w.dial(at, w.Taiyuan.ElderPhone)
	c.hears("王奶奶，您好，这里是老年人服务热线。", speech.Style{})
	c.Hears(rec, 8*time.Second)
	c.Press('0')
}

func TestWhoPhonesForTheirReportHearsItsNumberAndSaysWhetherItIsSolved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		rc := w.ReportPost(t, w.Taiyuan)
		w.ok(w.Casework.Take(t.Context(), w.Taiyuan.HospitalClerk, rc.Request))
		const posted = "化验报告1份已经寄出，邮政快递，单号EA105400012CN。"
		w.ok(w.Casework.Resolve(t.Context(), w.Taiyuan.HospitalClerk, rc.Request, posted))
		at, got := w.open()
		c := w.dial(at, w.Taiyuan.ElderPhone)
		c.answers("王奶奶，您好，这里是老年人服务热线。您办的代寄检查报告，有答复了。听答复，请按1。", '1')
		c.hears("140105 hospital答复说，"+posted+"再说一遍。"+posted+"这件事办好了吗？办好了，请按1。", speech.Slow)
		c.Press('1')
		c.Ended(20 * time.Second)
		if end := <-got; end.Request != rc.Request || end.Human != "" || w.Acts(t, casework.ActConfirmed, string(rc.Request)) != 1 {
			t.Errorf("the call ended with %+v", end)
		}
	})
}

// What happens next, and the number, are heard whole by whoever presses a key into them.
func TestWhoSaysThatItIsNotSolvedHearsWhatHappensNextWhateverTheyPress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	rc := w.ReportPost(t, w.Taiyuan)
	w.ok(w.Casework.Take(t.Context(), w.Taiyuan.HospitalClerk, rc.Request))
	w.ok(w.Casework.Resolve(t.Context(), w.Taiyuan.HospitalClerk, rc.Request, "寄出了，邮政快递，单号EA105400012CN。"))
	at, got := w.open()
	c := w.dial(at, w.Taiyuan.ElderPhone)
	c.answers("您办的代寄检查报告，有答复了。听答复，请按1。", '1')
	c.hears("这件事办好了吗？办好了，请按1。", speech.Slow)
	c.Forget()
	c.Press('2')
	c.Press('2')
	c.hears("已经告诉单位没有办好，请他们重新办，有消息再告诉您。", speech.Slow)
	c.Press('2')
	c.hears(phone.Spoken(rc.Number), speech.Slow)
	c.hears("谢谢您的来电，再见。", speech.Style{})
	if end := <-got; end.Request != rc.Request || end.Human != "" || w.Acts(t, casework.ActReopened, string(rc.Request)) != 1 {
		t.Errorf("the call ended with %+v", end)
	}
}

func TestNothingOfAnybodysIsToldOnAPhoneThatOthersHaveToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	number, both := w.neighbours()
	for _, p := range both {
		rc := w.ReportPostOf(t, w.Taiyuan, p)
		w.ok(w.Casework.Take(t.Context(), w.Taiyuan.HospitalClerk, rc.Request))
		w.ok(w.Casework.Resolve(t.Context(), w.Taiyuan.HospitalClerk, rc.Request, "寄出了"))
	}
	at, got := w.open()
	c := w.dial(at, number)
	c.answers("您好，这里是老年人服务热线。请问您是哪一位？", '1')
	c.answers("医院挂号，请按1。", '2')
	c.answers("您在哪家医院做的检查？", '1') // and not: as last time
	c.answers("要寄哪一种报告？化验报告，请按1。", '1')
	c.answers("寄到什么地方？登记的地址，请按1。", '0')
	<-got
}

func TestWhatWasBegunByPhoneIsFinishedAtTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	at, got := w.open()
	c := w.dial(at, w.Taiyuan.ElderPhone)
	c.answers("王奶奶，您好，这里是老年人服务热线。", '2')
	c.answers("您在哪家医院做的检查？", '1')
	c.answers("要寄哪一种报告？化验报告，请按1。", '0')
	end := <-got
	clerk := w.Taiyuan.Clerk
	w.Open(t, clerk, w.Taiyuan.Elder)
	v, err := w.Requests.Look(t.Context(), clerk, end.Draft)
	w.ok(err)
	if len(v.Answers["hospital"]) != 1 || v.Answers["hospital"][0].Via != civic.ChannelPhone || v.State != "open" {
		t.Fatalf("the draft has %+v", v.Answers)
	}
	v, err = w.Requests.Answer(t.Context(), clerk, v.ID, v.Rev, map[string][]string{"report": {"lab"}, "to": {"home"}, "phone": {"03511234567"}, "note": {}})
	w.ok(err)
	rc, err := w.Requests.Submit(t.Context(), clerk, v.ID, v.Rev)
	w.ok(err)
	if rc.Number != v.Number || w.Acts(t, casework.ActOpened, string(rc.Request)) != 1 {
		t.Errorf("%s is not what the draft was told by", rc.Number)
	}
}

// What the read-back has wrong is put right by keys: one answer, and what depended on it.
func TestOneAnswerIsPutRightByKeysAtTheReadBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at, got := w.open()
		c := w.dial(at, w.Taiyuan.ElderPhone)
		c.answers("王奶奶，您好，这里是老年人服务热线。", '2')
		c.answers("您在哪家医院做的检查？", '1')
		c.answers("要寄哪一种报告？化验报告，请按1。", '1')
		c.answers("寄到什么地方？银槐街18号2单元301，请按1。", '1')
		c.answers("快递员打哪个电话？就打您现在用的这个电话，请按1。", '1')
		c.answers("还有什么要交代的吗？不用，跳过，请按1。", '1')
		c.answers("您要办的是代寄检查报告。医院，140105 hospital。报告，化验报告。", '2')
		c.answers("要改哪一样？改医院，请按1。改报告，请按2。听别的，请按3。", '2')
		c.answers("要寄哪一种报告？化验报告，请按1。", '2')
		c.answers("片子要不要一起寄？", '2')
		c.answers("您要办的是代寄检查报告。医院，140105 hospital。报告，拍片报告。片子，不要。", '1')
		end := <-got
		id, number, _ := w.request(w.Taiyuan.Elder)
		c.hears(phone.Spoken(number), speech.Slow)
		if end.Request != id || end.Human != "" {
			t.Errorf("the call ended with %+v", end)
		}
	})
}

func TestWhatDependedOnAnAnswerThatIsPutRightIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	at, got := w.open()
	c := w.dial(at, w.Taiyuan.ElderPhone)
	c.answers("医院挂号，请按1。", '1')
	c.answers("去哪家医院？", '1')
	c.answers("看哪个科？内科，请按1。", '1')
	c.answers("找哪位医生？马大夫，请按1。", '1')
	c.answers("哪一天去？", '1')
	c.answers("几点去？", '1')
	c.answers("您要办的是医院挂号。", '2')
	c.answers("要改哪一样？改医院，请按1。改科室，请按2。听别的，请按3。", '3')
	c.answers("改医生，请按1。改日子，请按2。改时间，请按3。", '2')
	c.answers("哪一天去？", '2')
	c.answers("几点去？", '1')
	c.answers("您要办的是医院挂号。医院，140105 hospital。科室，内科。医生，马大夫。日子，11月24日 星期二。", '1')
	if end := <-got; end.Number == "" {
		t.Errorf("the call ended with %+v", end)
	}
}

func TestTheNextCallerIsOfferedTheNextBest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	at, got := w.open()
	var said []civic.Number
	for i := range 2 { // one place of the first day is the telephone's, the other is kept for the window
		in := w.NewPerson(w.Taiyuan.Street, "张玉珍")
		w.Register(t, in)
		c := w.dial(at, in.Phones[0].Number)
		c.answers("医院挂号，请按1。", '1')
		c.answers("去哪家医院？", '1')
		c.answers("看哪个科？内科，请按1。", '1')
		c.answers("找哪位医生？马大夫，请按1。", '1')
		day := "11月23日 星期一（今天），请按1。"
		if i == 1 {
			day = "11月24日 星期二，请按1。"
		}
		c.answers("哪一天去？"+day, '1')
		c.answers("几点去？", '1')
		c.answers("您要办的是医院挂号。", '1')
		end := <-got
		if end.Number == "" {
			t.Fatalf("the call ended with %+v", end)
		}
		said = append(said, end.Number)
	}
	if said[0] == said[1] {
		t.Errorf("the numbers are %v", said)
	}
}
