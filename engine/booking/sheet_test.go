package booking_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// file is a week of the clinic from tomorrow on, in a text of columns.
func (c *clinic) file(text string) booking.WeekFile {
	return booking.WeekFile{Office: c.d.Hospital, Since: tomorrow, Bytes: []byte(text)}
}

func (c *clinic) check(in booking.WeekFile) *booking.WeekDraft {
	c.t.Helper()
	d, err := c.Booking.CheckWeek(ctx, c.keeper, in)
	must(c.t, err)
	return d
}

const heads = "科室,名称,星期,从,到,号数,节假日也开,种类,说明,号源方案,提前几天放号\n"

func TestTheSheetOfAWeekBroughtBackAsItIsChangesNothing(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		for _, workbook := range []bool{true, false} {
			b, err := c.Booking.WeekSheet(ctx, c.keeper, c.d.Hospital, tomorrow, workbook)
			must(t, err)
			in := c.file("")
			in.Bytes = b
			if d := c.check(in); len(d.Changes) != 0 || len(d.Wrong) != 0 || d.Same != 1 {
				t.Errorf("%+v", d)
			}
			_, err = c.Booking.PublishWeek(ctx, c.keeper, in, c.check(in).Seen)
			must(t, err)
		}
		_, err := c.Booking.WeekSheet(ctx, c.d.HospitalClerk, c.d.Hospital, tomorrow, true)
		wantKind(t, err, civic.Denied, "")
	})
}

func TestAWeekIsPublishedByOneSheetAndWhoHasBookedStays(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		_, err := c.register(as(c.d.Elder), c.d.Elder, tomorrow, c.on(tomorrow, c.doctor))
		must(t, err)
		in := c.file(heads + "内科,李医生,周一、周三,上午8点半,12:00,20\n内科,李医生,周五,0.5833333,下午5点,12,是\n骨科,王医生,周二到周四,8:00,12:00,10,,clinic,主任医师,clinic,14\n")
		d := c.check(in)
		if len(d.Wrong) != 0 || len(d.Changes) != 2 || d.Changes[0].Stay != 1 || len(d.Changes[0].Gone()) != 5 || !d.Changes[1].New() {
			t.Fatalf("%+v", d)
		}
		if diff := cmp.Diff([]booking.Template{{Weekday: 1, From: 510, To: 720, Places: 20}, {Weekday: 3, From: 510, To: 720, Places: 20}, {Weekday: 5, From: 840, To: 1020, Places: 12, Holidays: true}}, d.Changes[0].Come()); diff != "" {
			t.Error(diff)
		}
		before := c.Count(t, `SELECT COUNT(*) FROM booking_session`)
		if before != 10 {
			t.Errorf("looking made sessions: %d", before)
		}
		// What was looked at can be brought again as it was shown; what has changed since is not published.
		again := in
		again.Bytes = []byte(d.Text)
		_, err = c.Booking.PublishWeek(ctx, c.keeper, again, "other")
		wantKind(t, err, civic.Conflict, "booking.week_seen")
		p, err := c.Booking.PublishWeek(ctx, c.keeper, again, d.Seen)
		must(t, err)
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE resource = $1 AND day > $2 AND day <= '2026-12-04'`, c.doctor, tomorrow); n != 5 || p.Resources != 2 {
			t.Errorf("%d sessions of the doctor, %+v", n, p)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking WHERE state = 'booked'`); n != 1 {
			t.Errorf("%d bookings are left", n)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE department = '骨科' AND day <= '2026-12-04'`); n != 6 {
			t.Errorf("%d sessions of the new doctor", n)
		}
		if d := c.check(again); len(d.Changes) != 0 {
			t.Errorf("published, and still to be changed: %+v", d.Changes)
		}
	})
}

func TestAWeekThatHoldsForSevenDaysGoesBackAfterThem(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		in := c.file(heads + "内科,李医生,周四,8:00,12:00,5\n")
		in.Since, in.Once = "2026-11-25", true
		_, err := c.Booking.PublishWeek(ctx, c.keeper, in, c.check(in).Seen)
		must(t, err)
		on := func(from, to string) int {
			return c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE resource = $1 AND day >= $2 AND day <= $3`, c.doctor, from, to)
		}
		if a, b := on("2026-11-25", "2026-12-01"), on("2026-12-02", "2026-12-04"); a != 1 || b != 3 {
			t.Errorf("%d sessions in the seven days, %d after them", a, b)
		}
	})
}

func TestWhatIsWrongInASheetIsSaidByRowAndColumn(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		d := c.check(c.file("某医院的号\n" + heads + "内科,李医生,周八,25:00,7:00,0,也许\n内科,张医生,周一,8:00,12:00,10\n内科,李医生,周一,8:00,12:00,10\n内科,李医生,周一,11:00,13:00,10\n骨科,王医生,周二,8:00,12:00,10,,clinic,,none,x\n,,周一,8:00,12:00,1\n"))
		var got []string
		for _, w := range d.Wrong {
			got = append(got, w.Column)
			if w.Row < 3 || w.Row > 8 || !strings.HasSuffix(w.Say, "。") {
				t.Errorf("%+v", w)
			}
		}
		if diff := cmp.Diff([]string{"星期", "从", "号数", "节假日也开", "名称", "从", "号源方案", "提前几天放号", "名称"}, got); diff != "" {
			t.Error(diff)
		}
		_, err := c.Booking.PublishWeek(ctx, c.keeper, c.file(heads+"内科,张医生,周一,8:00,12:00,10\n"), "")
		wantKind(t, err, civic.Invalid, "booking.sheet_wrong")
		_, err = c.Booking.CheckWeek(ctx, c.keeper, c.file("一,二\n三,四\n"))
		wantKind(t, err, civic.Invalid, "booking.sheet_heads")
		past := c.file(heads)
		past.Since = "2026-11-22"
		_, err = c.Booking.CheckWeek(ctx, c.keeper, past)
		wantKind(t, err, civic.Invalid, "booking.day")
	})
}

func TestASheetCellNeverBecomesAFormula(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		c.add("=1+1", "@SUM(A1)", tenPlan())
		b, err := c.Booking.WeekSheet(ctx, c.keeper, c.d.Hospital, tomorrow, true)
		must(t, err)
		x, err := excelize.OpenReader(bytes.NewReader(b))
		must(t, err)
		rows, err := x.GetRows("Sheet1")
		must(t, err)
		if rows[1][0] != "'=1+1" || rows[1][1] != "'@SUM(A1)" {
			t.Errorf("%q", rows[1])
		}
		b, err = c.Booking.WeekSheet(ctx, c.keeper, c.d.Hospital, tomorrow, false)
		must(t, err)
		if !strings.Contains(string(b), "\n'=1+1,'@SUM(A1),") {
			t.Errorf("%q", b)
		}
		// And what was guarded is read as it was.
		if d := c.check(booking.WeekFile{Office: c.d.Hospital, Since: tomorrow, Bytes: b}); d.Same != 2 || len(d.Wrong) != 0 {
			t.Errorf("%+v", d)
		}
	})
}

func FuzzASheetIsReadOrRefused(f *testing.F) {
	for _, s := range []string{heads + "内科,李医生,周一、周三,8:30,12:00,20\n", heads + "内科,李医生,一-五,0.5,14点半,9.0,是\n", "名称\t星期\t从\t到\t号数\nA\t7\t8\t9\t1", "PK\x03\x04", heads + ",,,,,"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, wrong, err := booking.ReadSheet(b)
		if err != nil && civic.As(err).Kind != civic.Invalid {
			t.Fatal(err)
		}
		if err == nil && len(wrong) == 0 {
			for _, ts := range rows {
				for _, r := range ts {
					if r.To <= r.From || r.From < 0 || r.To > 1440 || r.Places < 1 || r.Places > 5000 {
						t.Fatalf("%+v", r)
					}
				}
			}
		}
	})
}

func TestASheetThatIsPublishedTwiceAtOnceEntersEachDoctorOnce(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		in := c.file(heads + "骨科,王医生,周二,8:00,12:00,10,,clinic,主任医师,clinic,14\n")
		seen := c.check(in).Seen
		leave := c.meanwhile(`UPDATE booking_line SET last = last`) // so that all of them have begun
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				_, err := c.Booking.PublishWeek(ctx, c.keeper, in, seen)
				must(t, err) // pressed twice is no fault
			})
			wg.Go(func() {
				must(t, c.Booking.SetWeek(ctx, c.keeper, c.d.Hospital, c.doctor, after, []booking.Template{{Weekday: 1, From: 480, To: 720, Places: 10}}))
			})
		}
		leave()
		wg.Wait()
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_resource WHERE name = '王医生'`); n != 1 {
			t.Errorf("entered %d times", n)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_template WHERE resource = $1 AND until = '9999-12-31'`, c.doctor); n != 1 {
			t.Errorf("%d sessions a week of one", n)
		}
	})
}

func TestADoctorOfASheetIsOnePersonWhereItSaysSo(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		in := c.file(strings.TrimSuffix(heads, "\n") + ",一位医生\n骨科,王医生,周二,8:00,12:00,10,,clinic,主任医师,clinic,14,是\n骨科,骨科门诊,周二,8:00,12:00,10,,clinic,,clinic,14,\n")
		_, err := c.Booking.PublishWeek(ctx, c.keeper, in, c.check(in).Seen)
		must(t, err)
		for name, want := range map[string]bool{"王医生": true, "骨科门诊": false} {
			all, err := c.Booking.Resources(ctx, booking.FindResources{Office: c.d.Hospital, Individual: &want})
			must(t, err)
			if !slices.ContainsFunc(all, func(r booking.Resource) bool { return r.Name == name }) {
				t.Errorf("%s is not one person: %t", name, want)
			}
		}
		in.Bytes = []byte(strings.TrimSuffix(heads, "\n") + ",一位医生\n骨科,张医生,周二,8:00,12:00,10,,clinic,主任医师,clinic,14,也许\n")
		if d := c.check(in); len(d.Wrong) != 1 || d.Wrong[0].Column != "一位医生" {
			t.Errorf("%+v", d.Wrong)
		}
	})
}

func TestADayByAnotherWeekdayHasItsSessionsAtOnce(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		const saturday = "2026-11-28"
		must(t, c.Booking.SetDay(ctx, c.keeper, c.d.Hospital, "", saturday, 1, "补周一的班"))
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE day = $1`, saturday); n != 1 {
			t.Errorf("%d sessions", n)
		}
		must(t, c.Booking.SetDay(ctx, c.keeper, c.d.Hospital, "", "2027-05-01", 1, "远着呢"))
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE day > '2026-12-04'`); n != 0 {
			t.Errorf("%d sessions beyond what is published", n)
		}
	})
}
