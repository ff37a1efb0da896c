package booking_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/booking/external"
	"yinqiao/engine/booking/external/sim"
)

func TestAHospitalsListIsHeldAgainstOursAndEachDifferenceIsSettled(t *testing.T) {
	confirming(t, 20, func(t *testing.T, r *register) {
		x := r.on(tomorrow, r.doctor)
		desk := r.d.HospitalClerk
		same, lost, off, given, slow := r.book(t, r.person(), x), r.book(t, r.person(), x), r.book(t, r.person(), x), r.book(t, r.d.Elder, x), civic.RequestID("")
		r.chase(t)
		must(t, r.Booking.Cancel(ctx, as(r.d.Elder), given.Request))
		r.chase(t)
		r.mood = sim.Fail
		slow = r.book(t, r.person(), x).Request
		r.chase(t)
		row := func(key, day, state string) string {
			return fmt.Sprintf("%s,钱二宝,%s,14:00,内科,李医生,%s\n", key, day, state)
		}
		list := "人民医院预约明细,,,,,,\n凭证号,姓名,就诊日期,就诊时间,科室,医生,状态\n" + row(string(same.Request)+".1", tomorrow, "已预约") + row(string(off.Request)+".1", "2026年11月24日", "停诊") +
			row(string(given.Request)+".1", tomorrow, "已预约") + row(string(slow)+".1", tomorrow, "已确认") + row("", tomorrow, "已预约") + row("", tomorrow, "已取消")
		id, err := r.Booking.Compare(ctx, desk, r.d.Hospital, []byte(list))
		must(t, err)
		l, err := r.Booking.ReadList(ctx, desk, r.d.Hospital, id)
		must(t, err)
		if l.Lines != 6 || l.Same != 2 || l.Open != 5 || l.Differ != 5 || l.FromDay != tomorrow || l.ToDay != tomorrow {
			t.Fatalf("%+v", l)
		}
		by := map[civic.RequestID]booking.Difference{}
		for _, d := range l.Rows {
			by[d.Request] = d
			if strings.Contains(d.What, "钱") {
				t.Errorf("a name of the list is kept: %q", d.What)
			}
		}
		for id, kind := range map[civic.RequestID]string{lost.Request: "ours", off.Request: "state", given.Request: "theirs", slow: "state", "": "theirs"} {
			if by[id].Kind != kind || by[id].Says() == "" || id != "" && by[id].Words == "" {
				t.Errorf("%q is %+v, want %s", id, by[id], kind)
			}
		}
		settle := func(id civic.RequestID, how string) error {
			return r.Booking.SettleDifference(ctx, desk, r.d.Hospital, by[id].ID, how, "打电话核对过")
		}
		wantKind(t, settle("", booking.FollowTheirs), civic.Conflict, "booking.follow")
		wantKind(t, settle(given.Request, booking.FollowTheirs), civic.Conflict, "booking.follow")
		must(t, settle("", booking.FollowOurs))
		wantKind(t, settle("", booking.FollowOurs), civic.Conflict, "booking.settled")
		must(t, settle(given.Request, booking.FollowOurs))
		must(t, settle(off.Request, booking.FollowTheirs))
		must(t, settle(slow, booking.FollowTheirs))
		must(t, settle(lost.Request, booking.FollowOurs))
		r.mood = sim.Agree
		r.Clock.Add(time.Minute)
		r.chase(t)
		for id, want := range map[civic.RequestID]string{same.Request: "约好了", lost.Request: "约好了", slow: "约好了", off.Request: "停了，要另约", given.Request: "取消了"} {
			f, err := r.Booking.Read(ctx, desk, id)
			if must(t, err); f.Words() != want {
				t.Errorf("%s is %q, want %q", id, f.Words(), want)
			}
		}
		keys := strings.Join(r.sim.Keys(external.Confirmed), " ")
		if !strings.Contains(keys, string(lost.Request)+".") || strings.Contains(keys, string(given.Request)) {
			t.Errorf("the hospital has %s", keys)
		}
		r.balance(t, x)
		if l, err = r.Booking.ReadList(ctx, desk, r.d.Hospital, id); err != nil || l.Open != 0 {
			t.Errorf("%d are open, %v", l.Open, err)
		}
		if all, err := r.Booking.Lists(ctx, desk, r.d.Hospital); err != nil || len(all) != 1 || all[0].ID != id {
			t.Errorf("%+v, %v", all, err)
		}
		if strings.Contains(r.Dump(t), "钱二宝") {
			t.Error("a name of the list is in the database")
		}
	})
}

func TestAListThatCannotBeReadSaysWhichCellIsWrong(t *testing.T) {
	confirming(t, 5, func(t *testing.T, r *register) {
		for text, want := range map[string]string{
			"":                "没有读到",
			"凭证号,状态\na,已预约\n": "就诊日期",
			"就诊日期,状态\n明天,已预约\n":                         "第2行",
			"就诊日期,状态\n2026-11-24,也许\n":                  "第2行",
			"就诊日期,就诊时间,状态\n2026-11-24,下午,已预约\n":         "就诊时间",
			"就诊日期,状态\n":                                 "没有读到",
			"就诊日期,状态\n2026-01-01,已预约\n2026-12-01,已预约\n": "三个月",
		} {
			_, err := r.Booking.Compare(ctx, r.d.HospitalClerk, r.d.Hospital, []byte(text))
			if e := civic.As(err); err == nil || e.Kind != civic.Invalid || !strings.Contains(e.Say, want) {
				t.Errorf("%q: %v, want %s", text, err, want)
			}
		}
		_, err := r.Booking.Compare(ctx, r.d.Clerk, r.d.Hospital, []byte("凭证号\n"))
		wantKind(t, err, civic.Denied, "")
	})
}

func TestTheBoardShowsWhatIsAwaitedAndAClerkNotesWhatTheHospitalSaidOnThePhone(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		x := r.on(tomorrow, r.doctor)
		desk := r.d.HospitalClerk
		r.mood = sim.Fail
		one, two := r.book(t, r.d.Elder, x), r.book(t, r.person(), x)
		r.chase(t)
		list, err := r.Booking.Awaiting(ctx, desk)
		if err != nil || len(list) != 2 || list[0].Doing() != "确认这个号" || list[0].Tried+list[1].Tried != 2 || list[0].Until == nil || contains(list[0].Who, "王桂英") {
			t.Fatalf("%+v, %v", list, err)
		}
		if other, err := r.Booking.Awaiting(ctx, r.d.Clerk); err != nil || len(other) != 0 {
			t.Errorf("another office is shown %d, %v", len(other), err)
		}
		wantKind(t, r.Booking.AnswerFor(ctx, r.d.Clerk, r.keyOf(t, one.Request), true, ""), civic.Denied, "")
		wantKind(t, r.Booking.AnswerFor(ctx, desk, r.keyOf(t, two.Request), false, " "), civic.Invalid, "booking.reason")
		must(t, r.Booking.AnswerFor(ctx, desk, r.keyOf(t, one.Request), true, ""))
		wantKind(t, r.Booking.AnswerFor(ctx, desk, r.keyOf(t, one.Request), true, ""), civic.Conflict, "booking.answered")
		must(t, r.Booking.AnswerFor(ctx, desk, r.keyOf(t, two.Request), false, "医生停诊"))
		if f := r.read(t, r.d.Elder, one.Request); f.Words() != "约好了" {
			t.Errorf("%q", f.Words())
		}
		f, err := r.Booking.Read(ctx, desk, two.Request)
		if err != nil || f.State != booking.CalledOff || !contains(f.Reason, "医生停诊") {
			t.Errorf("%s %q, %v", f.State, f.Reason, err)
		}
		// What is given up and the hospital does not free stays on the board, and can be sent again.
		must(t, r.Booking.Cancel(ctx, as(r.d.Elder), one.Request))
		r.Clock.Add(time.Minute)
		r.chase(t)
		list, err = r.Booking.Awaiting(ctx, desk)
		if err != nil || len(list) == 0 || !list[0].Gone || list[0].Doing() != "退掉这个号" {
			t.Fatalf("%+v, %v", list, err)
		}
		r.mood = sim.Agree
		for _, p := range list {
			must(t, r.Booking.AskAgain(ctx, desk, p.Key))
		}
		r.chase(t)
		if list, err = r.Booking.Awaiting(ctx, desk); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		wantKind(t, r.Booking.AskAgain(ctx, desk, r.keyOf(t, one.Request)), civic.Conflict, "booking.answered")
		r.balance(t, x)
	})
}

func TestOfSeveralLinesAboutOnePlaceTheLastCounts(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		rc := r.book(t, r.d.Elder, r.on(tomorrow, r.doctor))
		const ref = "330106202611240001"
		must(t, r.Booking.Hear(ctx, theirs, []external.Answer{{Key: r.keyOf(t, rc.Request), State: external.Confirmed, Ref: ref}}))
		compare := func(list string) booking.List {
			t.Helper()
			id, err := r.Booking.Compare(ctx, r.d.HospitalClerk, r.d.Hospital, []byte("医院单号,就诊日期,就诊时间,状态\n"+list))
			must(t, err)
			l, err := r.Booking.ReadList(ctx, r.d.HospitalClerk, r.d.Hospital, id)
			must(t, err)
			return l
		}
		line := func(ref, at, state string) string { return ref + ",2026-11-24," + at + "," + state + "\n" }
		if l := compare(line(ref, "下午2点", "已取消") + line(ref, "14:00:00-17:00", "已预约")); l.Differ != 0 || l.Same != 1 {
			t.Errorf("%+v", l)
		}
		if l := compare(line(ref, "0.5833333", "已预约") + line("another", "14点半", "已预约") + line("another", "14点半", "已取消") + line(ref, "下午2点", "已取消")); l.Differ != 1 || l.Rows[0].Line != 5 || l.Rows[0].Kind != "state" || l.Rows[0].Request != rc.Request {
			t.Errorf("%+v", l)
		}
		l := compare(line("330106195001011234", "14:00", "已预约"))
		if l.Differ != 2 || strings.Contains(r.Dump(t), "330106195001011234") {
			t.Errorf("what may be somebody's number is kept: %+v", l)
		}
		id := l.Rows[0].ID
		must(t, r.Booking.SettleDifference(ctx, r.d.HospitalClerk, r.d.Hospital, id, booking.FollowOurs, "打电话核对过"))
		if a, b := r.Acts(t, booking.ActDifference, l.ID), r.Acts(t, booking.ActDifference, id); a != 1 || b != 0 {
			t.Errorf("%d acts are about the list, %d about a list that there is not", a, b)
		}
	})
}
