package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/staff"
)

// mayOversee reports what somebody who never opens people may settle about them.
func mayOversee(m staff.Member) (settles, erases bool) {
	_, settles = m.May(civic.MaySettlePeople)
	_, erases = m.May(civic.MayErasePeople)
	return settles, erases
}

// oversee is a person's page for whoever settles matters about people without ever
// opening them: the masked minimum, and what may be settled.
func (f face) oversee(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, id civic.PersonID, settles, erases bool) error {
	m, err := f.People.Glance(r.Context(), a, id)
	if err != nil {
		return err
	}
	fr.Title = m.Name
	return f.RenderAs(w, r, status, overseePage(fr, m, settles, erases))
}
