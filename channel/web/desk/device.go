package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/place"
	"yinqiao/staff"
)

func (f face) deviceRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/manage/offices/{office}", Do: f.office},
		{Pattern: "POST /desk/manage/offices/{office}/devices", Do: f.enrolDevice},
		{Pattern: "POST /desk/manage/offices/{office}/devices/{device}/revoke", Do: f.revokeDevice},
		{Pattern: "GET /desk/mine", Do: f.mine},
		{Pattern: "POST /desk/mine/phone", Do: f.ownCode},
	}
}

type officeView struct {
	place.Office
	Devices []staff.Device
	Old     *http.Request
}

func (f face) office(w http.ResponseWriter, r *http.Request) error {
	return f.showOffice(w, r, nil)
}

func (f face) showOffice(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.managing(r, "单位")
	if err != nil {
		return err
	}
	fr.Back = "/desk/manage/offices"
	v := officeView{Old: r}
	if v.Office, err = f.Place.Find(r.Context(), a, civic.OfficeID(r.PathValue("office"))); err != nil {
		return err
	}
	if v.Devices, err = f.Staff.Devices(r.Context(), a, v.ID); err != nil {
		return err
	}
	fr.Title = v.Name
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, officePage(fr, v))
}

func (f face) enrolDevice(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.managing(r, "设备登记好了")
	if err != nil {
		return err
	}
	office := r.PathValue("office")
	d, token, err := f.Staff.EnrolDevice(r.Context(), a, staff.Device{Kind: staff.DeviceKind(r.PostFormValue("kind")),
		Name: kit.Field(r, "device-name"), Office: civic.OfficeID(office)})
	if civic.Is(err, civic.Invalid) {
		return f.showOffice(w, r, err)
	}
	if err != nil {
		return err
	}
	fr.Back = "/desk/manage/offices/" + office
	return f.Render(w, r, tokenPage(fr, d, token))
}

func (f face) revokeDevice(w http.ResponseWriter, r *http.Request) error {
	if err := f.Staff.RevokeDevice(r.Context(), f.actor(r), r.PathValue("device")); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/manage/offices/"+r.PathValue("office"))
}

// mine is what concerns the member of staff alone: their duty and their phone.
func (f face) mine(w http.ResponseWriter, r *http.Request) error {
	return f.showMine(w, r, nil)
}

func (f face) showMine(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.frame(r, "我的值班和手机")
	if err != nil {
		return err
	}
	v := mineView{Old: r, Now: f.Now()}
	if v.Duty, err = f.Staff.MyDuty(r.Context(), a); err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, minePage(fr, v))
}

// ownCode draws a code for the member's own phone.
func (f face) ownCode(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "手机登记码")
	if err != nil {
		return err
	}
	code, err := f.Staff.DrawCode(r.Context(), a, m.ID)
	if err != nil {
		return err
	}
	fr.Back = "/desk/mine"
	return f.Render(w, r, phoneCodePage(fr, code[:4]+" "+code[4:], r.Host))
}
