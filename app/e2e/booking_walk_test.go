package e2e

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"yinqiao/app"
	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/journal"
	"yinqiao/staff"
)

// openHouse is a demonstration at ten in the morning, with something of our own that is
// open all day and has few places.
type openHouse struct {
	*server
	t      *testing.T
	clock  *apptest.Clock
	office civic.OfficeID
	people []civic.PersonID // who book by other ways
}

func houseAt(t *testing.T, officeKind string) *openHouse {
	t.Helper()
	clock := morning()
	w := &openHouse{server: serveWith(t, app.Config{Dir: t.TempDir(), Demo: true, Passwords: apptest.Cheap, Clock: clock.Now}, slog.LevelInfo, nil), t: t, clock: clock}
	w.ok(w.Journal.Look(t.Context(), apptest.System(), func(v *journal.View) error {
		if err := v.Get(&w.office, `SELECT id FROM office WHERE kind = $1 AND division >= '1401' AND division < '1402'`, officeKind); err != nil {
			return err
		}
		var rows []struct{ ID civic.PersonID }
		if err := v.Select(&rows, `SELECT id FROM person WHERE division >= '140105' AND division < '140106' AND birth < '1960' ORDER BY id DESC LIMIT 20`); err != nil {
			return err
		}
		for _, r := range rows {
			w.people = append(w.people, r.ID)
		}
		return nil
	}))
	return w
}

func (w *openHouse) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *openHouse) day(n int) string {
	return w.clock.Now().In(civic.Shanghai).AddDate(0, 0, n).Format(time.DateOnly)
}

// add makes something that is open every day from eight to six, and its sessions.
func (w *openHouse) add(kind, department, name, plan string, places int) string {
	w.t.Helper()
	ctx, sys := w.t.Context(), civic.System("test")
	id, err := w.Booking.Add(ctx, sys, booking.Resource{Office: w.office, Kind: kind, Department: department, Name: name, Plan: plan, Ahead: 14}, nil)
	w.ok(err)
	var week []booking.Template
	for d := range time.Weekday(7) {
		week = append(week, booking.Template{Weekday: d, From: 8 * 60, To: 18 * 60, Places: places, Holidays: true})
	}
	w.ok(w.Booking.SetWeek(ctx, sys, w.office, id, w.day(0), week))
	_, err = w.Booking.Publish(ctx, sys, w.office, w.day(5), nil)
	w.ok(err)
	return id
}

// on is the session of something on a day.
func (w *openHouse) on(kind, resource, day string) string {
	w.t.Helper()
	all, err := w.Booking.Free(w.t.Context(), w.office, kind, day, day)
	w.ok(err)
	for _, f := range all {
		if f.Resource == resource {
			return f.ID
		}
	}
	w.t.Fatal("no session on ", day)
	return ""
}

// fill books what can be had online, and returns the bookings.
func (w *openHouse) fill(service, session string) []civic.RequestID {
	w.t.Helper()
	var out []civic.RequestID
	for _, p := range w.people {
		rc, err := w.Booking.Book(w.t.Context(), civic.System("test"), booking.Order{Service: service, Person: p, Session: session})
		if civic.Is(err, civic.Exhausted) {
			return out
		}
		w.ok(err)
		out = append(out, rc.Request)
	}
	w.t.Fatal("it does not fill")
	return nil
}

// answers chooses an option of a question and goes on.
func (b *browser) answers(option string) {
	b.t.Helper()
	b.pick(option)
	b.press("main form button.wide")
}

// An elder books, moves, cancels and takes back, waits for what is full and takes what is
// offered; next time one press is enough for where and with whom.
func TestAnElderMovesCancelsAndWaitsOneQuestionAPage(t *testing.T) {
	t.Parallel()
	w := houseAt(t, "hospital")
	doctor := w.add("clinic", "体检科", "邢玉梅医生", "clinic", 10)
	b := newBrowser(t, w.URL, 390, 800, true)
	b.open("/elder/sign-in")
	b.press(".tiles button:nth-of-type(1)")
	begin := func() {
		b.open("/elder/about/hospital-register")
		b.press("main form button")
	}
	begin()
	b.answers(".choice input")
	b.answers(`input[value="d:体检科"]`)
	b.answers(".choice input")
	b.sees("想要的时间没有")
	b.answers(`input[value="` + w.day(1) + `"]`)
	b.answers(".choice input")
	b.press("main form button")
	b.sees("已经约好了", "改到别的时间")
	b.elderly()

	b.press(`a[href$="/change"]`)
	b.sees("改到哪一天", "现在约的是")
	b.elderly()
	b.press(`a[href*="day=` + w.day(3) + `"]`)
	b.sees("改到几点", "邢玉梅医生")
	b.elderly()
	b.press(`a[href*="time="]`)
	b.sees("请核对", "对吗")
	b.elderly()
	b.press(`form[action$="/change"] button`)
	b.sees("已经改好了")

	b.press(`form[action$="/cancel"] button`)
	b.sees("取消错了", "恢复这次预约")
	b.elderly()
	b.press(`form[action$="/restore"] button`)
	b.sees("约好了")

	// The second day fills up; who wants it waits.
	full := w.on("clinic", doctor, w.day(2))
	booked := w.fill("hospital-register", full)
	begin()
	b.sees("和上次一样", "体检科")
	b.elderly()
	b.press(`form[action$="/same"] button`)
	b.sees("哪一天")
	b.press(`a[href$="/full"]`)
	b.sees("等哪个时间", "窗口和电话还留着")
	b.elderly()
	b.press(`a[href*="time="]`)
	b.sees("请核对", "排队等候")
	b.press("main form button")
	b.sees("已经排上了", "一有号就是您的")
	b.elderly()
	w.ok(w.Booking.Cancel(t.Context(), civic.System("test"), booked[0]))
	w.ok(w.Booking.OfferFree(t.Context(), booking.Offer{Session: full}))
	b.open("/elder")
	b.sees("您等的有号了")
	b.press("main a.tile.next")
	b.sees("给您留着", "要不要")
	b.elderly()
	b.press(`form[action$="/take"] button`)
	b.sees("已经约好了")
	b.open("/elder/waits")
	b.sees("现在没有在等的时间")
}

// A number is taken at a machine by the card in hand, called by a nurse, and the screen of
// the hall, the elder's page and the figures of the day agree.
func TestANumberTakenAtAMachineIsCalledAndAllScreensAgree(t *testing.T) {
	t.Parallel()
	w := houseAt(t, "hospital")
	doctor := w.add("clinic", "体检科", "邢玉梅医生", "clinic", 20)
	var number civic.Number
	for _, p := range w.people[:2] {
		rc, err := w.Booking.Book(t.Context(), civic.System("test"), booking.Order{Service: "hospital-register", Person: p, Session: w.on("clinic", doctor, w.day(0))})
		w.ok(err)
		number = rc.Number
	}
	_, token, err := w.Staff.EnrolDevice(t.Context(), w.staffOf(t, "tyadmin"), staff.Device{Kind: staff.Kiosk, Name: "大厅自助机", Office: w.office})
	w.ok(err)
	kiosk := newBrowser(t, w.URL, 1080, 1400, true)
	kiosk.open("/elder/kiosk")
	kiosk.sees("装一台自助机")
	kiosk.elderly()
	kiosk.fill("#f-token", token)
	kiosk.press("main form button")
	kiosk.sees("请刷卡取号")
	kiosk.elderly()
	kiosk.fill("#f-card", "没有这张卡")
	kiosk.press("main form button")
	kiosk.sees("今天在这里没有查到您的预约")
	kiosk.elderly()
	// The next card is read into an empty field: nothing of the one before stands in it.
	if at := eval[string](kiosk, `document.activeElement.id + "=" + document.activeElement.value`); at != "f-card=" {
		t.Errorf("what is read next goes into %q", at)
	}
	kiosk.fill("#f-card", number.Grouped())
	kiosk.press("main form button")
	kiosk.sees("1号", "下一个就是您", "体检科 邢玉梅医生")
	kiosk.elderly()

	nurse := kiosk.beside("nurse", 1280, 900)
	nurse.open("/desk/sign-in")
	nurse.press(`button[value=tyhospital]`)
	nurse.open("/desk/line")
	nurse.press(`form[action$="/next"] button`)
	nurse.sees("1号", "请到邢玉梅医生")
	tv, token, err := w.Staff.EnrolDevice(t.Context(), w.staffOf(t, "tyadmin"), staff.Device{Kind: staff.TV, Name: "大厅的屏幕", Office: w.office})
	w.ok(err)
	hall := kiosk.beside("hall", 1920, 1080)
	hall.open("/elder/hall")
	hall.sees("装一块大厅的屏幕")
	hall.fill("#f-token", token)
	hall.press("main form button")
	hall.sees("1号", "请到邢玉梅医生", "的情况")
	hall.axe()
	if n := hall.count(`document.querySelectorAll("a, button, form").length`); n != 0 {
		t.Errorf("%d things to press on the screen of the hall", n)
	}
	if n := hall.overflow(); n > 0 {
		t.Errorf("the screen of the hall scrolls sideways by %d", n)
	}
	w.ok(w.Staff.RevokeDevice(t.Context(), w.staffOf(t, "tyadmin"), tv.ID))
	hall.script(`dispatchEvent(new Event("online"))`)
	hall.waits(`!document.getElementById("stale").hidden`) // it gets no answer any more: what is there stays, and it says so
	hall.sees("1号", "请到邢玉梅医生", "屏幕暂时连不上系统")
	nurse.open("/desk/roll")
	nurse.sees("来了", "还没来", "等了多久", "一半人不超过1分钟")
	nurse.axe()
	kiosk.open("/elder/kiosk")
	kiosk.fill("#f-card", string(number))
	kiosk.press("main form button")
	kiosk.sees("叫到您了，请到邢玉梅医生")
}

// A manager publishes a week by one sheet and sees what became of its places.
func TestAManagerPublishesAWeekByOneSheetAndSeesItsBars(t *testing.T) {
	t.Parallel()
	w := houseAt(t, "hospital")
	doctor := w.add("clinic", "体检科", "邢玉梅医生", "clinic", 10)
	w.fill("hospital-register", w.on("clinic", doctor, w.day(2)))
	b := newBrowser(t, w.URL, 1280, 900, true)
	b.open("/desk/sign-in")
	b.press(`button[value=tychief]`)
	b.open("/desk/week?day=" + w.day(2))
	b.sees("邢玉梅医生", "10个号", "约", "留")
	b.axe()
	b.press(`a[href="/desk/times/` + w.on("clinic", doctor, w.day(2)) + `"]`)
	b.sees("号池", "现场窗口", "老年人", "谁约了")
	b.axe()
	upload := func(text string) {
		t.Helper()
		name := filepath.Join(t.TempDir(), "week.csv")
		w.ok(os.WriteFile(name, []byte(text), 0o600))
		b.open("/desk/week/sheet")
		b.do(chromedp.SetValue(chromedp.CSS("#f-since"), w.day(1)))
		b.do(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{name}))
		b.press("main form button.button")
	}
	const heads = "科室,名称,星期,从,到,号数,节假日也开,种类,说明,号源方案,提前几天放号\n"
	upload(heads + "体检科,邢玉梅医生,周八,8:00,12:00,10\n体检科,没有的医生,周一,8:00,12:00,10\n")
	b.sees("2处要改", "第2行", "看不出是星期几", "第3行", "本单位没有「没有的医生」")
	b.axe()
	upload(heads + "体检科,邢玉梅医生,周一到周日,8:00,18:00,30,是\n体检科,向国安医生,周二、周四,下午2点,17:30,12,,clinic,主任医师,clinic,14\n")
	b.sees("请核对：要改2项", "加上：周一 8:00到18:00，30个号", "新添的", "已经有人约了", "还没有发布")
	b.axe()
	b.press(`form[action="/desk/week/publish"] button`)
	b.sees("放好了", "改了2项")
	b.press("main a.button")
	b.sees("向国安医生", "30个号")
	// One department is looked at, and stays so when a day of it is changed.
	b.open("/desk/week?department=体检科&day=" + w.day(14))
	b.script(`document.querySelectorAll("details").forEach(d => d.open = true)`)
	stop := func(reason string) {
		t.Helper()
		b.do(chromedp.SetValue(chromedp.CSS("#f-day"), w.day(15)))
		b.do(chromedp.SetValue(chromedp.CSS("#f-reason"), reason))
		b.press(`form[action^="/desk/week/day"] button`)
		if shown := eval[string](b, `document.querySelector("#department").value`); shown != "体检科" {
			t.Errorf("after %q the department %q is looked at", reason, shown)
		}
	}
	stop("打 13800001111 问")
	b.sees("请写一句为什么")
	stop("检修")
	phone := b.beside("phone", 390, 800)
	phone.open("/desk/sign-in")
	phone.press(`button[value=tychief]`)
	phone.open("/desk/week?day=" + w.day(2))
	if n := phone.overflow(); n > 0 {
		t.Errorf("the week is %d px wider than the phone", n)
	}
	phone.open("/desk/week/sheet")
}

// A museum is sold out online; somebody of 78 who just comes has a kept place, and the
// public page shows it.
func TestAWalkInTakesAKeptPlaceWhenAllIsSoldOutOnline(t *testing.T) {
	t.Parallel()
	w := houseAt(t, "museum")
	hall := w.add("venue", "", "特展", "venue", 10)
	session := w.on("venue", hall, w.day(0))
	w.fill("venue-entry", session)
	// Who comes is opened at the window and booked there, today.
	clerk := w.staffOf(t, "tymuseum")
	who := w.people[len(w.people)-1]
	w.ok(w.Grant.Open(t.Context(), clerk, who, false, "本人来窗口办事", ""))
	b := newBrowser(t, w.URL, 1280, 900, true)
	b.open("/desk/sign-in")
	b.press(`button[value=tymuseum]`)
	b.open("/desk/people/" + string(who))
	b.script(`document.querySelectorAll("details").forEach(d => d.open = true)`)
	b.press(`button[name=service][value=venue-entry]`)
	for range 3 { // where, which day, when
		b.pick(`fieldset:last-of-type .choice input`)
		b.press("main form button.button")
	}
	b.sees("请核对")
	b.press("main form button")
	b.sees("约好了", "特展")
	b.axe()
	b.open("/kept/" + string(w.office))
	b.sees("特展", "现场不预约")
	b.axe()
}

// A class is booked by phone, and the house has its roll: on the page, on paper, as a sheet.
func TestAClassIsBookedByPhoneAndItsRollIsKept(t *testing.T) {
	t.Parallel()
	w := houseAt(t, "culture_house")
	class := w.add("class", "", "学用手机付钱（社区班）", "class", 10)
	who := w.people[0]
	w.ok(w.Grant.Open(t.Context(), w.staffOf(t, "tycall"), who, false, "老人打电话来报名", ""))
	b := newBrowser(t, w.URL, 1280, 900, true)
	b.open("/desk/sign-in")
	b.press(`button[value=tycall]`)
	b.open("/desk/people/" + string(who))
	b.script(`document.querySelectorAll("details").forEach(d => d.open = true)`)
	b.press(`button[name=service][value=opera-evening]`)
	for _, option := range []string{".choice input", `input[value="` + class + `"]`, "fieldset:last-of-type .choice input"} {
		b.pick(option)
		b.press("main form button.button")
	}
	b.sees("请核对", "学用手机付钱（社区班）")
	b.press("main form button")
	b.sees("约好了")

	house := b.beside("house", 1280, 900)
	house.open("/desk/sign-in")
	house.press(`button[value=tyculture]`)
	house.open("/desk/roll")
	house.sees("学用手机付钱（社区班）", "约了", "1人")
	house.press("main td a")
	house.press(`form[action$="/arrive"] button`)
	house.sees("1号", "来过了")
	house.open("/desk/times/" + w.on("class", class, w.day(0)))
	house.sees("谁约了（1人）", "来过了", "打印名单")
	house.axe()
	v := newVisitor("the house", w.URL, &record{})
	v.post(t, "/desk/sign-in", "demo", "tyculture").ok(t, http.StatusOK)
	if x := v.get(t, "/desk/roll/list.csv").ok(t, http.StatusOK); !strings.HasPrefix(x.body, "\uFEFF日期,时间,") || !strings.Contains(x.body, "学用手机付钱（社区班）") {
		t.Errorf("the sheet of the day is %.300q", x.body)
	}
}
