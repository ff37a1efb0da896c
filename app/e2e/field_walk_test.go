package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// An administrator hires a grid worker and hands over a code; the worker's own phone is
// enrolled and signed in by PIN; revoked, it says at the next tap what to do.
func TestAnAdministratorHiresAWorkerWhosePhoneWorksUntilItIsRevoked(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	admin := newBrowser(t, s.URL, 1280, 900, true)
	admin.open("/desk/sign-in")
	admin.press(`button[name=demo][value=tyadmin]`)
	admin.sees("管理")
	admin.open("/desk/manage")
	admin.open("/desk/manage/hire")
	admin.fill("#f-name", "新网格员")
	admin.fill("#f-login", "newgrid")
	office := admin.attr("#f-office option", "value")
	admin.choose("role0", "grid_worker")
	admin.choose("where0", "140105")
	admin.press("main form button.button")
	admin.sees("newgrid", "只显示这一次")
	if !strings.HasPrefix(admin.attr("main img", "src"), "data:image/png;base64,") {
		t.Error("there is no code to scan")
	}
	admin.press("main a.button:last-of-type")
	admin.press(`form[action$="/code"] button`)
	code := strings.TrimSpace(admin.text(".number"))

	phone := newBrowser(t, s.URL, 360, 740, true)
	phone.open("/field")
	phone.sees("登记这部手机")
	phone.press("main a.button")
	phone.fill("#f-code", code)
	phone.fill("#f-pin", "739164")
	phone.fill("#again", "739164")
	phone.press("main form button")
	phone.sees("新网格员", "网格员", "我的值班")
	if n := phone.overflow(); n > 0 {
		t.Errorf("the page is %d px wider than the phone", n)
	}
	if small := phone.small(); small != "" {
		t.Errorf("too small to press:\n%s", small)
	}
	phone.press(`form[action="/field/sign-out"] button`)
	phone.fill("#f-pin", "739164")
	phone.press("main form button")
	phone.sees("新网格员")

	// The desk is not open to the phone's session.
	phone.open("/desk")
	phone.sees("工作人员登录")
	phone.open("/field")

	admin.open("/desk/manage/offices/" + office)
	admin.sees("新网格员的手机")
	admin.press(`button[aria-label="停用新网格员的手机"]`)
	phone.open("/field")
	phone.sees("停用", "管理员")
}

// choose picks an option of a list.
func (b *browser) choose(id, value string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS("#"+id), value))
}
