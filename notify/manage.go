package notify

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Figure is how one carrier did in a stretch of time.
type Figure struct {
	Carrier   string
	Words     string
	Tried     int
	Arrived   int // delivered, or done by hand
	Failed    int
	Waiting   int // due, sent without a report, or open
	Cost      int64
	Unsure    int64 // of the cost, what is counted though it is not known whether it was taken
	Stopped   bool
	Why       string
	HandledBy string // machine, hand, page, or none: there is no gateway
	Today     Today
}

// Today is how a carrier did since midnight in Shanghai.
type Today struct {
	Tried   int
	Arrived int
	Cost    int64 // in thousandths of a yuan
}

// Overview is what the carriers did and how messages ended, without names.
type Overview struct {
	Since    time.Time
	Figures  []Figure
	States   map[State]int // of messages made since
	Oldest   *time.Time    // when the message that is due longest was due
	Due      int
	Gateways []GatewayState
}

// overviewDays is over how many days the overview counts.
const overviewDays = 7

// Overview counts what was tried and what came of it in the last seven days, and what
// is due, of people who live in a division. It needs messages.run there.
func (s *Service) Overview(ctx context.Context, actor civic.Actor, in civic.Division) (Overview, error) {
	o := Overview{States: map[State]int{}}
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayRunMessages, Division: in, Look: true}); err != nil {
			return err
		}
		o.Since = v.Now.AddDate(0, 0, -overviewDays)
		var rows []struct {
			Carrier, State string
			N, Today       int
			Cost, Spent    int64
		}
		y, month, day := v.Now.In(civic.Shanghai).Date()
		if err := v.Select(&rows, `SELECT carrier, state, COUNT(*) AS n, CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS cost,
				CAST(SUM(CASE WHEN made_at >= $4 THEN 1 ELSE 0 END) AS BIGINT) AS today, CAST(SUM(CASE WHEN made_at >= $4 THEN cost ELSE 0 END) AS BIGINT) AS spent
			FROM message_attempt WHERE made_at > $1 AND division >= $2 AND division < $3
			GROUP BY carrier, state`, o.Since, in, string(in)+"~", time.Date(y, month, day, 0, 0, 0, 0, civic.Shanghai)); err != nil {
			return err
		}
		stops, err := readStops(v)
		if err != nil {
			return err
		}
		for _, c := range Carriers {
			f := Figure{Carrier: c, Words: s.book.chains.Carriers[c].Words, HandledBy: s.handledBy(c)}
			for _, r := range rows {
				if r.Carrier == c {
					f.add(r.State, r.N, r.Cost)
					f.Today.add(r.State, r.Today, r.Spent)
				}
			}
			for _, st := range stops {
				// What a relative is to pass on goes as a text: it stops with the texts.
				if (st.Carrier == c || st.Carrier == machine(c)) && st.Division.Covers(in) {
					f.Stopped, f.Why = true, st.Reason
				}
			}
			o.Figures = append(o.Figures, f)
		}
		var states []struct {
			State State
			N     int
		}
		if err := v.Select(&states, `SELECT state, COUNT(*) AS n FROM message WHERE made_at > $1 AND folded = '' AND division >= $2 AND division < $3 GROUP BY state`,
			o.Since, in, string(in)+"~"); err != nil {
			return err
		}
		for _, st := range states {
			o.States[st.State] = st.N
		}
		o.Due, o.Oldest, err = due(v, v.Now)
		o.Gateways = s.gateways()
		return err
	})
	if err != nil {
		return Overview{}, err
	}
	return o, nil
}

func (f *Figure) add(state string, n int, cost int64) {
	f.Tried += n
	f.Cost += cost
	switch state {
	case "delivered", "done":
		f.Arrived += n
	case "failed", "missed":
		f.Failed += n
	case "due", "open", "sent", "unsure":
		f.Waiting += n
		if state == "unsure" {
			f.Unsure += cost
		}
	}
}

func (t *Today) add(state string, n int, cost int64) {
	t.Tried += n
	t.Cost += cost
	if state == "delivered" || state == "done" {
		t.Arrived += n
	}
}

func (s *Service) handledBy(carrier string) string {
	if s.carriers[machine(carrier)] != nil {
		return "machine"
	}
	if by := s.book.chains.Carriers[carrier].By; by != "machine" {
		return by
	}
	return "none"
}

// due counts the messages whose next step is late, and since when.
func due(q db.Q, now time.Time) (int, *time.Time, error) {
	var n int
	if err := q.Get(&n, `SELECT COUNT(*) FROM message WHERE state = 'open' AND next_at <= $1`, now); err != nil || n == 0 {
		return n, nil, err
	}
	var row struct{ NextAt time.Time }
	err := q.Get(&row, `SELECT next_at FROM message WHERE state = 'open' ORDER BY next_at LIMIT 1`)
	return n, &row.NextAt, err
}

// Late counts the messages whose next step is due, and the seconds since the first was,
// for the metrics of the server.
func (s *Service) Late(ctx context.Context) (n int, seconds float64, err error) {
	err = s.j.Look(ctx, civic.System("metrics"), func(v *journal.View) error {
		var first *time.Time
		if n, first, err = due(v, v.Now); err == nil && first != nil {
			seconds = v.Now.Sub(*first).Seconds()
		}
		return err
	})
	return n, seconds, err
}

// Stop stops a carrier for the people of a division: nothing more goes out by it, and
// messages go on to the next one of their chain. Stop again changes nothing. It needs messages.run there.
func (s *Service) Stop(ctx context.Context, actor civic.Actor, in civic.Division, carrier, reason string) error {
	reason = civic.FoldWords(reason)
	return s.run(ctx, actor, in, carrier, ActStopped, func(tx *journal.Tx) (int64, error) {
		if n := utf8.RuneCountInString(reason); n == 0 || n > 100 || civic.HoldsNumber(reason) {
			return 0, errReason
		}
		return tx.Exec(`INSERT INTO message_stop (carrier, division, staff, reason, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			carrier, in, actor.Operator.ID, reason, tx.Now)
	})
}

// Start lets a carrier work again in a division. Where it was stopped for a wider one it
// stays so. It needs messages.run there.
func (s *Service) Start(ctx context.Context, actor civic.Actor, in civic.Division, carrier string) error {
	return s.run(ctx, actor, in, carrier, ActStarted, func(tx *journal.Tx) (int64, error) {
		return tx.Exec(`DELETE FROM message_stop WHERE carrier = $1 AND division = $2`, carrier, in)
	})
}

func (s *Service) run(ctx context.Context, actor civic.Actor, in civic.Division, carrier string, act journal.Act, do func(*journal.Tx) (int64, error)) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayRunMessages, Division: in})
		if err != nil {
			return err
		}
		if !slices.Contains(Carriers, carrier) {
			return errCarrier
		}
		n, err := do(tx)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: act, Detail: map[string]string{"what": s.book.chains.Carriers[carrier].Words, "division": string(in)}})
	})
}
