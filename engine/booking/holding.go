package booking

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/request"
)

// Hold implements request.Holder: a place stays with the draft, longer with each
// touch. When it has gone, the sentence names the nearest time that is left.
func (o source) Hold(tx *journal.Scratch, k *request.Asking, kind string, q request.Query, code string) (string, error) {
	if k.Draft == "" || !strings.HasPrefix(q.Source, SourceSessions+":") {
		return "", nil // a department is nothing that runs out
	}
	x, err := readSession(tx, code)
	if civic.Is(err, civic.NotFound) {
		return "", errStopped
	}
	if err != nil {
		return "", err
	}
	if err := x.bookable(tx.Now); err != nil {
		return "", err
	}
	if h, err := o.s.keepHolding(tx, k, x); err != nil || h != "" {
		return h, err
	}
	if err := o.s.within(tx, k.Actor.Channel, k.Auth.Selves(), k.Def, x, "", tx.Now); err != nil {
		return "", err
	}
	if err := mayHold(tx, k); err != nil {
		return "", err
	}
	d, err := o.s.asker(k)
	if err != nil {
		return "", err
	}
	p, err := o.s.plan(tx, x.Plan)
	if err != nil {
		return "", err
	}
	w, err := take(tx.Tx, x.Office, x.ID, p.Ways(d, x.Office, x.StartsAt), held, 1, tx.Now)
	if civic.Is(err, civic.Exhausted) {
		return "", o.s.nearest(k, kind, q, x)
	}
	if err != nil {
		return "", err
	}
	h := hold{x.Office, db.NewID(), x.ID, w.Pool, w.As, w.Cause, k.Person, k.Draft, tx.Now, tx.Now.Add(minutes(rules.Hold.Minutes))}
	return h.ID, insertHold(tx.Tx, h)
}

// mayHold refuses a further hold to whoever has so many in other drafts: places that
// nobody decides on are missing to others. What was offered to who waited is not counted,
// nor what is kept while a hospital is asked about a move.
func mayHold(tx *journal.Scratch, k *request.Asking) error {
	ids, n := k.Auth.Selves(), 0
	if err := tx.Get(&n, `SELECT COUNT(*) FROM booking_hold WHERE draft <> '' AND draft <> $1 AND draft NOT LIKE '`+moveOf+`%' AND until > $2 AND person IN `+db.In(3, len(ids)),
		append([]any{k.Draft, tx.Now}, db.Args(ids)...)...); err != nil {
		return err
	}
	if n < rules.Hold.Each {
		return nil
	}
	return civic.E(civic.Exhausted, "booking.holds", fmt.Sprintf("您还有%d个选好没有定下来的时间，先替您留着。请到「我的事」里把它们定下来或者不办了，再选这个。", n))
}

// keepHolding prolongs what the draft holds in the session, or answers with a place that is
// offered to the person. An offer stays one until it is taken, declined or over, whatever the
// draft is answered later. "" if there is neither.
func (s *Service) keepHolding(tx *journal.Scratch, k *request.Asking, x Session) (string, error) {
	var hs []hold
	ids := k.Auth.Selves()
	if err := tx.Select(&hs, `SELECT `+holdColumns+` FROM booking_hold WHERE office = $1 AND session = $2 AND (draft = $3 OR draft = '' AND until > $4) AND person IN `+db.In(5, len(ids))+` ORDER BY draft DESC, until DESC`,
		append([]any{x.Office, x.ID, k.Draft, tx.Now}, db.Args(ids)...)...); err != nil || len(hs) == 0 {
		return "", err
	}
	h := hs[0]
	if h.Draft == "" {
		return h.ID, nil // it lasts as long as was said
	}
	until := tx.Now.Add(minutes(rules.Hold.Minutes))
	if last := h.Since.Add(minutes(rules.Hold.MostMinutes)); until.After(last) {
		until = last
	}
	if until.Before(h.Until) {
		until = h.Until
	}
	n, err := tx.Exec(`UPDATE booking_hold SET until = $1 WHERE office = $2 AND id = $3 AND draft = $4`, until, h.Office, h.ID, h.Draft)
	if err != nil || n == 0 {
		return "", err
	}
	return h.ID, nil
}

// nearest says which time near the lost one is left.
func (s *Service) nearest(k *request.Asking, kind string, q request.Query, x Session) error {
	w := wantOf(kind, q)
	w.day = ""
	left, err := s.slots(k, w)
	if err != nil {
		return err
	}
	left = slices.DeleteFunc(left, func(y slot) bool { return y.ID == x.ID })
	if len(left) == 0 {
		return civic.E(civic.Exhausted, errFull.Code, "这个时间刚刚约满了，别的时间现在也没有号。可以候补，或者打电话请人帮您看看。")
	}
	near := slices.MinFunc(left, func(a, b slot) int {
		return cmp.Compare(a.StartsAt.Sub(x.StartsAt).Abs(), b.StartsAt.Sub(x.StartsAt).Abs())
	})
	return civic.E(civic.Exhausted, errFull.Code, "这个时间刚刚约满了。离它最近还有号的是"+near.says(w)+"，请另选一个。")
}

// Release implements request.Holder. What is offered to the person is not the draft's to let go.
func (o source) Release(tx *journal.Scratch, id string) error {
	_, err := dropHolds(tx.Tx, `id = $1 AND draft <> ''`, id)
	return err
}
