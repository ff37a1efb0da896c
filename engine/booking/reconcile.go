package booking

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking/external"
	"yinqiao/journal"
)

// List is what a hospital gave of what it has, held against ours.
type List struct {
	Office  civic.OfficeID
	ID      string
	FromDay string // the days that it covers, included
	ToDay   string
	Lines   int
	Same    int
	At      time.Time
	Open    int // differences that are not settled yet
	Differ  int
	Rows    []Difference `db:"-"`
}

// Difference is one row in which a hospital's list and ours differ.
type Difference struct {
	ID      string
	Line    int    // of the list; 0 where it is missing there
	Kind    string // ours, theirs, state
	Ask     string
	Request civic.RequestID
	Ref     string
	What    string
	Said    external.State
	State   string // open, settled
	Reason  string

	Who   string `db:"-"` // masked
	Words string `db:"-"` // how it stands here
}

// Says says a difference in words.
func (d Difference) Says() string {
	switch {
	case d.Kind == "ours":
		return "我们这里约好了，医院的单子上没有"
	case d.Kind == "theirs" && d.Request == "":
		return "医院的单子上有，我们这里没有"
	case d.Kind == "theirs":
		return "我们这里已经不要了，医院还留着"
	case d.Said == external.Confirmed:
		return "医院已经确认，我们还在等"
	}
	return "医院说没有了，我们这里还留着"
}

// MayFollow reports whether a difference can be settled as the hospital has it.
func (d Difference) MayFollow() bool { return d.Kind != "theirs" }

var (
	errNoList    = civic.E(civic.NotFound, "booking.no_list", "没有找到这张单子，请从列表里选。")
	errFollow    = civic.E(civic.Conflict, "booking.follow", "这个号在我们这里已经不在了，不能照医院的加回来。要去，请重新约；不去，请选「照我们的」，请医院退掉。")
	errListSpan  = civic.E(civic.Invalid, "booking.list_span", "单子上没有日期，或者日子太多了。请写明从哪一天到哪一天，最多三个月。").On("file")
	errSettled   = civic.E(civic.Conflict, "booking.settled", "这一条已经处理过了，请刷新看看现在的情况。")
	errSettleHow = civic.E(civic.Invalid, "booking.how", "请选照医院的改，还是照我们的。").On("how")
)

// listMostDiffer bounds the differences of one list: with more the list is of another
// hospital, or of other days.
const listMostDiffer = 2000

var errUnlike = civic.E(civic.Invalid, "booking.unlike", "这张单子和我们的几乎都不一样，可能拿错了单子或者日期不对。请核对以后再交。").On("file")

// known is one of our asks, as lists are held against it.
type known struct {
	ID      string
	Request civic.RequestID
	Want    string
	Has     string
	Ref     string
	Number  string
	State   State
	Day     string
	seen    bool
}

// Compare holds a hospital's list, a workbook or a text of columns, against what we know
// it has. Differences are kept, to be settled one by one. It needs case.work at the office.
func (s *Service) Compare(ctx context.Context, actor civic.Actor, office civic.OfficeID, file []byte) (string, error) {
	need := civic.Need{Permission: civic.MayWorkCases, Office: office}
	if err := s.j.Look(ctx, actor, func(v *journal.View) error { // a stranger is not told how lists look
		look := need
		look.Look = true
		_, err := v.Authorise(look)
		return err
	}); err != nil {
		return "", err
	}
	all, err := readListed(file, "day", "state")
	if err != nil {
		return "", err
	}
	from, to := span(all)
	if err := parseSpan(from, to, hospitalRules.List.Days); err != nil {
		return "", errListSpan
	}
	id := ""
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(need)
		if err != nil {
			return err
		}
		id = db.NewID()
		var ks []known
		if err := tx.Select(&ks, `SELECT a.id, a.request, a.want, a.has, a.ref, b.number, b.state, s.day FROM booking_ask a
			JOIN booking b ON b.office = a.office AND b.id = a.request JOIN booking_session s ON s.office = a.office AND s.id = a.session
			WHERE a.office = $1 AND s.day >= $2 AND s.day <= $3 ORDER BY a.asked_at, a.id LIMIT $4`, office, from, to, hospitalRules.List.Rows); err != nil {
			return err
		}
		same, rows := differences(all, ks)
		if len(rows) > listMostDiffer {
			return errUnlike
		}
		if err := tx.InsertRows("booking_list", []string{"office", "id", "from_day", "to_day", "lines", "same", "staff", "at"},
			[][]any{{office, id, from, to, len(all), same, actor.Staff(), tx.Now}}); err != nil {
			return err
		}
		values := make([][]any, len(rows))
		for i, d := range rows {
			values[i] = []any{office, db.NewID(), id, d.Line, d.Kind, d.Ask, d.Request, d.Ref, d.What, d.Said, "open", ""}
		}
		if err := tx.InsertRows("booking_difference", []string{"office", "id", "list", "line", "kind", "ask", "request", "ref", "what", "said", "state", "reason"}, values); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActList, Detail: map[string]string{"lines": strconv.Itoa(len(all)), "same": strconv.Itoa(same), "differ": strconv.Itoa(len(rows))}, About: about(office, "list", id)})
	})
	return id, err
}

// differences holds lines against what we know. Of a key that is named twice the last word
// counts, as it does when the hospital brings it.
func differences(all []listed, ks []known) (same int, out []Difference) {
	byKey, byNumber, byRef := map[string]*known{}, map[string]*known{}, map[string]*known{}
	for i := range ks {
		k := &ks[i]
		byKey[k.ID] = k
		if k.Ref != "" {
			byRef[k.Ref] = k
		}
		if old := byNumber[k.Number]; old == nil || old.Want == freed {
			byNumber[k.Number] = k
		}
	}
	of, last := make([]*known, len(all)), map[string]int{}
	for i, l := range all {
		k := byKey[l.key]
		if k == nil && l.ref != "" {
			k = byRef[l.ref]
		}
		if k == nil && l.number != "" {
			k = byNumber[l.number]
		}
		of[i], last[l.id(k)] = k, i
	}
	for i, l := range all {
		k := of[i]
		if last[l.id(k)] != i {
			continue // a later line says what holds
		}
		d := Difference{Line: l.line, Ref: shortly(l.ref), What: l.what(), Said: l.state}
		if k != nil {
			k.seen, d.Ask, d.Request, d.Ref = true, k.ID, k.Request, cmp.Or(k.Ref, d.Ref)
		}
		switch has := l.state == external.Confirmed; {
		case k == nil && has, k != nil && k.Want == freed && has:
			d.Kind = "theirs"
		case k != nil && k.Want == taken && (has != (k.Has == taken)):
			d.Kind = "state"
		default:
			same++
			continue
		}
		out = append(out, d)
	}
	for _, k := range ks {
		if !k.seen && k.Want == taken && k.Has == taken && k.State == Booked {
			out = append(out, Difference{Kind: "ours", Ask: k.ID, Request: k.Request, Ref: k.Ref, What: k.Day})
		}
	}
	return same, out
}

// id names the place of which a line speaks: ours where we know it, else by the list's own
// words for it, and alone where it has none.
func (l listed) id(k *known) string {
	switch {
	case k != nil:
		return "ask " + k.ID
	case l.key+l.ref+l.number == "":
		return "line " + strconv.Itoa(l.line)
	}
	return strings.Join([]string{"theirs", l.key, l.ref, l.number}, "\x00")
}

// Lists lists the last lists of an office, the newest first. It needs case.work at it.
func (s *Service) Lists(ctx context.Context, actor civic.Actor, office civic.OfficeID) ([]List, error) {
	var out []List
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Office: office, Look: true}); err != nil {
			return err
		}
		return v.Select(&out, listQuery+` WHERE l.office = $1 ORDER BY l.at DESC, l.id DESC LIMIT 20`, office)
	})
	return out, err
}

const listQuery = `SELECT l.office, l.id, l.from_day, l.to_day, l.lines, l.same, l.at,
	(SELECT COUNT(*) FROM booking_difference d WHERE d.office = l.office AND d.list = l.id AND d.state = 'open') AS open,
	(SELECT COUNT(*) FROM booking_difference d WHERE d.office = l.office AND d.list = l.id) AS differ FROM booking_list l`

// ReadList reads a list of an office with all its differences, those that are open first. It
// needs case.work at it.
func (s *Service) ReadList(ctx context.Context, actor civic.Actor, office civic.OfficeID, id string) (List, error) {
	var l List
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Office: office, Look: true}); err != nil {
			return err
		}
		err := v.Get(&l, listQuery+` WHERE l.office = $1 AND l.id = $2`, office, id)
		if errors.Is(err, db.ErrNoRows) {
			return errNoList
		}
		if err != nil {
			return err
		}
		if err := v.Select(&l.Rows, `SELECT id, line, kind, ask, request, ref, what, said, state, reason FROM booking_difference WHERE office = $1 AND list = $2
			ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, line, id`, office, id); err != nil {
			return err
		}
		return s.tellDifferences(v, l.Rows)
	})
	return l, err
}

// tellDifferences adds how each stands here.
func (s *Service) tellDifferences(v *journal.View, rows []Difference) error {
	var ids []civic.RequestID
	var at []int
	for i, d := range rows {
		if d.Request != "" {
			ids, at = append(ids, d.Request), append(at, i)
		}
	}
	of, err := readBookings(v, ids)
	if err != nil {
		return err
	}
	bs := make([]Booking, len(ids))
	for i, id := range ids {
		bs[i] = of[id]
	}
	items, err := s.items(v, bs)
	if err != nil {
		return err
	}
	for i, it := range items {
		d := &rows[at[i]]
		d.Who, d.Words = it.Who, it.Booking.Words()+"，"+it.When+"，"+it.What
	}
	return nil
}

// How a difference is settled.
const (
	FollowTheirs = "theirs" // the hospital is right
	FollowOurs   = "ours"   // we are, and it is asked to mend its own
)

// SettleDifference settles one difference, with a reason. It needs case.work at the office.
func (s *Service) SettleDifference(ctx context.Context, actor civic.Actor, office civic.OfficeID, id, how, reason string) error {
	if how != FollowTheirs && how != FollowOurs {
		return errSettleHow
	}
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayWorkCases, Office: office})
		if err != nil {
			return err
		}
		var d struct {
			Difference
			List string
		}
		err = tx.Get(&d, `UPDATE booking_difference SET state = 'settled', reason = $1 WHERE office = $2 AND id = $3 AND state = 'open'
			RETURNING id, list, line, kind, ask, request, ref, what, said, state, reason`, reason, office, id)
		if errors.Is(err, db.ErrNoRows) {
			return errSettled
		}
		if err != nil {
			return err
		}
		ev := journal.Event{Act: ActDifference, Detail: map[string]string{"how": how, "kind": d.Kind, "reason": reason}, About: about(office, "list", d.List)}
		if d.Ask == "" {
			if how == FollowTheirs {
				return errFollow
			}
			return tx.Record(auth, ev)
		}
		return s.settle(tx, d.Difference, how, reason, ev)
	})
}

// settle settles a difference about a booking of ours.
func (s *Service) settle(tx *journal.Tx, d Difference, how, reason string, ev journal.Event) error {
	auth, k, b, err := asOffice(tx, d.Ask)
	if err != nil {
		return err
	}
	switch {
	case how == FollowTheirs && !d.MayFollow():
		err = errFollow
	case how == FollowTheirs && d.Said == external.Confirmed:
		err = s.heard(tx, auth, k, b, external.Answer{Key: k.ID, State: external.Confirmed, Ref: d.Ref})
	case how == FollowTheirs:
		err = s.heard(tx, auth, k, b, external.Answer{Key: k.ID, State: external.Cancelled, Ref: d.Ref, Words: reason})
	case d.Kind == "theirs":
		err = s.stillTheirs(tx, k)
	case d.Said != external.Confirmed && k.Want == taken && b.State == Booked && k.Kind == kindPlace:
		err = s.askAnew(tx, auth, b)
	}
	if err != nil && !errors.Is(err, journal.ErrUnchanged) {
		return err
	}
	ev.About = append(ev.About, b.about()...)
	return tx.Record(auth, ev)
}

// stillTheirs has a register asked again to give up what nobody wants, whatever it said.
func (s *Service) stillTheirs(tx *journal.Tx, k ask) error {
	if _, err := tx.Exec(`UPDATE booking_ask SET has = 'held', next_at = $1 WHERE office = $2 AND id = $3 AND want = 'free'`, tx.Now, k.Office, k.ID); err != nil {
		return err
	}
	return tx.Enqueue(Send{[]string{k.ID}}, time.Time{})
}

// askAnew asks a register for a booking's place under a new key: it has lost the old one.
func (s *Service) askAnew(tx *journal.Tx, auth civic.Authority, b Booking) error {
	x, err := readSession(tx, b.Session)
	if err != nil {
		return err
	}
	o, err := owner(tx, x)
	if err != nil {
		return err
	}
	if err := s.giveUp(tx, b, ""); err != nil {
		return err
	}
	b.Theirs, b.Rev = NotAsked, b.Rev+1
	if o.asks() {
		b.Theirs = Asked
	}
	if _, err := tx.Exec(`UPDATE booking SET theirs = $1, rev = $2 WHERE office = $3 AND id = $4`, b.Theirs, b.Rev, b.Office, b.ID); err != nil || !o.asks() {
		return err
	}
	if err := s.askFor(tx, o, x, []Booking{b}, kindPlace, ""); err != nil {
		return err
	}
	return tx.Record(auth, asked(b, tx.Now))
}

// ListBytes is how large a hospital's list may be.
func ListBytes() int64 { return hospitalRules.List.Bytes }
