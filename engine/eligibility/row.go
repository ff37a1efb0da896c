package eligibility

import (
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// row looks one row up and enters it, or only counts it when the list is tried.
func (k bringing) row(tx *journal.Tx, r line, out *Result) error {
	now := tx.Now
	wrong := func(say string) error {
		out.Wrong = append(out.Wrong, Wrong{r.row, say})
		return nil
	}
	switch {
	case k.b.Source != "" && r.on > day(now):
		return wrong("日期在今天以后。")
	case k.b.Source == "" && r.on > k.of.latest(now):
		return wrong("到期日太远了：最多写到" + sayDay(k.of.latest(now)) + "。")
	}
	m, err := k.s.people.ByCard(tx, r.number)
	// Who lives in another province is not to be found out here.
	if civic.Is(err, civic.NotFound) || err == nil && !k.office.Division.Province().Covers(m.Division) {
		out.Unknown = append(out.Unknown, r.row)
		return nil
	}
	if civic.Is(err, civic.Conflict) || err == nil && m.State == people.Disputed {
		return wrong("这个号码两个人都有，还没有处理好。请先请管理员处理。")
	}
	if err != nil {
		return err
	}
	self, err := k.self(tx, m.Person)
	if err != nil {
		return err
	}
	st, found, err := standing(tx, self.Selves(), k.of.Code)
	if err != nil {
		return err
	}
	if k.b.Source != "" && (!found || st.Office != k.office.ID) {
		out.Off++
		return nil
	}
	if k.b.Source == Leaving {
		out.Done++
		if k.b.Try {
			return nil
		}
		return k.leave(tx, self, st)
	}
	if self.State != "active" || self.Died != "" {
		return wrong("登记为已经去世，请核对；不再领的，请放进「不再领的人」名单。")
	}
	next, became := k.enter(now, self.Root, st, found, r)
	switch became {
	case elsewhere:
		return wrong("在别的单位的名单上，请先请那边放进「不再领的人」。")
	case refused:
		return wrong("上次没有认证通过，要由工作人员看过才能改。")
	case early:
		out.Early++
		return nil
	case same:
		out.Same++
		return nil
	}
	out.Done++
	if k.b.Try {
		return nil
	}
	return k.save(tx, self, next, st.Request)
}

// self reads somebody, and holds them for what is entered.
func (k bringing) self(tx *journal.Tx, person civic.PersonID) (people.Self, error) {
	if k.b.Try {
		return people.Resolve(tx, person)
	}
	return people.HoldSelf(tx, person)
}

// become is what a row makes of how somebody stands.
type become int

const (
	changed   become = iota
	same             // it was known, or more is known
	early            // the data are of no use any more
	refused          // only an officer changes it
	elsewhere        // another office pays
)

// enter says how somebody stands after a row. What an officer refused only an officer
// takes back. A list puts right what a list said; what data or an officer found it only
// prolongs.
func (k bringing) enter(now time.Time, person civic.PersonID, st Standing, found bool, r line) (Standing, become) {
	listed := k.b.Source == ""
	switch {
	case !found:
		return Standing{Person: person, Benefit: k.of.Code, Office: k.office.ID, State: Good, GoodUntil: r.on, Basis: ByList}, changed
	case st.Office != k.office.ID:
		return st, elsewhere
	case st.State == Refused:
		return st, refused
	}
	until, soon := r.on, k.of.soon(now)
	if !listed {
		until = k.of.until(r.on)
	}
	switch {
	case until == st.GoodUntil, until < st.GoodUntil && !(listed && st.Basis == ByList && st.State == Good):
		return st, same
	case !listed && until <= soon:
		return st, early
	case listed && st.State == Asked && until <= soon:
		return st, same // the visit goes on
	}
	st.State, st.GoodUntil, st.Request = Good, until, ""
	st.Basis, st.Source, st.SeenOn = ByList, "", ""
	if !listed {
		st.Basis, st.Source, st.SeenOn = ByData, k.b.Source, r.on
	}
	return st, changed
}

// authority is the office's over one person.
func (k bringing) authority(tx *journal.Tx, self people.Self) (civic.Authority, error) {
	auth, err := tx.Authorise(civic.Need{Person: self.Root, Office: k.office.ID, Division: k.office.Division, Permission: civic.MayWorkCases})
	return auth.Reaching(self.Selves()), err
}

// record records an act of this office on somebody, and ends the visit that was
// arranged, if one was.
func (k bringing) record(tx *journal.Tx, auth civic.Authority, self people.Self, ev journal.Event, asked civic.RequestID) error {
	ev.About = matter{asked, k.office.ID}.about()
	if err := tx.RecordFor(auth, self.Root, ev); err != nil || asked == "" {
		return err
	}
	return k.s.ends(tx, self.Root, asked)
}

// leave takes somebody off the office's list.
func (k bringing) leave(tx *journal.Tx, self people.Self, st Standing) error {
	auth, err := k.authority(tx, self)
	if err != nil {
		return err
	}
	ids := self.Selves()
	if _, err := tx.Exec(`DELETE FROM eligibility WHERE benefit = $1 AND person IN `+db.In(2, len(ids)), append([]any{st.Benefit}, db.Args(ids)...)...); err != nil {
		return err
	}
	return k.record(tx, auth, self, journal.Event{Act: ActLeft, Detail: map[string]string{"what": k.of.Words}}, st.Request)
}

// save enters how somebody stands; asked is the visit that was arranged, if one was.
func (k bringing) save(tx *journal.Tx, self people.Self, st Standing, asked civic.RequestID) error {
	auth, err := k.authority(tx, self)
	if err != nil {
		return err
	}
	if err := put(tx, auth, st); err != nil {
		return err
	}
	act, detail := ActEnrolled, map[string]string{"what": k.of.Words, "until": sayDay(st.GoodUntil)}
	if k.b.Source != "" {
		act, detail["source"] = ActCertified, sourceWords(st.Source)
	}
	return k.record(tx, auth, self, journal.Event{Act: act, Detail: detail}, asked)
}
