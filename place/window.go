package place

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// WindowKind is what a window is.
type WindowKind string

// What a window may be.
const (
	Manned  WindowKind = "manned"  // 人工窗口
	Machine WindowKind = "machine" // 自助机
	Gate    WindowKind = "gate"    // 闸口、入口
	Payment WindowKind = "payment" // a way to pay: 收现金, 刷银行卡
)

// WindowKinds lists the kinds in the order in which they are offered.
var WindowKinds = []WindowKind{Manned, Machine, Gate, Payment}

// Words names the kind.
func (k WindowKind) Words() string {
	switch k {
	case Manned:
		return "人工窗口"
	case Machine:
		return "自助机"
	case Gate:
		return "入口"
	case Payment:
		return "付钱的办法"
	}
	return string(k)
}

// Window is a counter, a machine, a gate or a way to pay at a place.
type Window struct {
	ID        string
	Office    civic.OfficeID
	Name      string // 3号窗口
	Serves    string // what for, in words
	Kind      WindowKind
	StaffedBy string // who sits there, as a post and never a name: 社保科值班员
	State     string // open or closed; IsOpen also looks at the time
	Reason    string
	Until     *time.Time
	ChangedAt time.Time
}

// IsOpen reports whether the window serves at a time when its place is open: it
// was not shut, or until then only.
func (w Window) IsOpen(at time.Time) bool {
	return w.State == "open" || w.Until != nil && !w.Until.After(at)
}

var (
	errNoWindow  = civic.E(civic.NotFound, "place.window", "没有这个窗口，或者已经撤了。请回到单位的页面再看一看。")
	errBadWindow = civic.E(civic.Invalid, "place.window_form", "窗口要有名字，最多30字，例如「3号窗口」，还要选是人工、自助机、入口还是付钱的办法。").On("name")
	errMany      = civic.E(civic.Invalid, "place.windows", "一个单位最多登记200个窗口，请先撤掉不用的。").On("name")
	errUntil     = civic.E(civic.Invalid, "place.until", "到什么时候要写成 2026-12-31 13:30 这样，要比现在晚；说不准就空着。").On("until")
)

const windowColumns = `id, office, name, serves, kind, staffed_by, state, reason, until, changed_at`

// Windows lists the windows of a place.
func Windows(q db.Q, id civic.OfficeID) ([]Window, error) {
	var ws []Window
	err := q.Select(&ws, `SELECT `+windowColumns+` FROM place_window WHERE office = $1 AND state <> 'ended' ORDER BY kind, name, id`, id)
	return ws, err
}

// windowEnded is the state of a window that was taken away.
const windowEnded = "ended"

// windowsMost bounds the windows of one place.
const windowsMost = 200

// AddWindow enters a window, open.
func (s *Service) AddWindow(ctx context.Context, actor civic.Actor, id civic.OfficeID, w Window) (string, error) {
	w.Name, w.Serves, w.StaffedBy = strings.TrimSpace(w.Name), strings.TrimSpace(w.Serves), strings.TrimSpace(w.StaffedBy)
	if w.Name == "" || len([]rune(w.Name)) > 30 || w.Kind.Words() == string(w.Kind) || civic.HoldsNumber(w.Name+w.Serves+w.StaffedBy) {
		return "", errBadWindow
	}
	if len([]rune(w.Serves)) > wordsMost || len([]rune(w.StaffedBy)) > wordsMost {
		return "", errLong.On("serves")
	}
	w.ID = db.NewID()
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := keep(tx, tx, id)
		if err != nil {
			return err
		}
		if err := Hold(tx, id); err != nil { // its windows are counted by one at a time
			return err
		}
		var n int
		if err := tx.Get(&n, `SELECT COUNT(*) FROM place_window WHERE office = $1 AND state <> 'ended'`, id); err != nil {
			return err
		}
		if n >= windowsMost {
			return errMany
		}
		if err := tx.InsertRows("place_window", []string{"office", "id", "name", "serves", "kind", "staffed_by", "state", "reason", "changed_at"},
			[][]any{{id, w.ID, w.Name, w.Serves, w.Kind, w.StaffedBy, "open", "", tx.Now}}); err != nil {
			return err
		}
		return tx.Record(auth, windowEvent(ActWindowAdded, o, w))
	})
	if err != nil {
		return "", err
	}
	return w.ID, nil
}

// CloseWindow shuts a window, with a reason that the public reads, until a time if
// that is known. Shutting it again changes reason and time.
func (s *Service) CloseWindow(ctx context.Context, actor civic.Actor, id civic.OfficeID, window, reason string, until *time.Time) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	return s.window(ctx, actor, id, window, ActWindowClosed, func(tx *journal.Tx, w *Window) (bool, error) {
		if until != nil && !until.After(tx.Now) {
			return false, errUntil
		}
		same := !w.IsOpen(tx.Now) && w.Reason == reason && (w.Until == nil) == (until == nil) && (until == nil || until.Equal(*w.Until))
		w.State, w.Reason, w.Until = "closed", reason, until
		return !same, nil
	})
}

// OpenWindow opens a window that was shut.
func (s *Service) OpenWindow(ctx context.Context, actor civic.Actor, id civic.OfficeID, window string) error {
	return s.window(ctx, actor, id, window, ActWindowOpened, func(_ *journal.Tx, w *Window) (bool, error) {
		same := w.State == "open"
		w.State, w.Reason, w.Until = "open", "", nil
		return !same, nil
	})
}

// EndWindow takes a window away for good. It stays for the record.
func (s *Service) EndWindow(ctx context.Context, actor civic.Actor, id civic.OfficeID, window string) error {
	return s.window(ctx, actor, id, window, ActWindowEnded, func(_ *journal.Tx, w *Window) (bool, error) {
		w.State, w.Reason, w.Until = windowEnded, "", nil
		return true, nil
	})
}

func (s *Service) window(ctx context.Context, actor civic.Actor, id civic.OfficeID, window string, act journal.Act, change func(*journal.Tx, *Window) (bool, error)) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := keep(tx, tx, id)
		if err != nil {
			return err
		}
		var w Window
		err = tx.Get(&w, `SELECT `+windowColumns+` FROM place_window WHERE office = $1 AND id = $2 AND state <> 'ended'`, id, window)
		if errors.Is(err, db.ErrNoRows) {
			return errNoWindow
		}
		if err != nil {
			return err
		}
		was := w.State
		if changed, err := change(tx, &w); err != nil || !changed {
			return cmp.Or(err, journal.ErrUnchanged)
		}
		n, err := tx.Exec(`UPDATE place_window SET state = $1, reason = $2, until = $3, changed_at = $4 WHERE office = $5 AND id = $6 AND state = $7`,
			w.State, w.Reason, w.Until, tx.Now, id, window, was)
		if err != nil || n == 0 {
			return cmp.Or(err, journal.ErrUnchanged) // a colleague was faster
		}
		return tx.Record(auth, windowEvent(act, o, w))
	})
}

func windowEvent(act journal.Act, o Office, w Window) journal.Event {
	d := map[string]string{"name": o.Name, "window": w.Name, "kind": string(w.Kind)}
	if w.Reason != "" {
		d["reason"] = w.Reason
	}
	if w.Until != nil {
		d["until"] = w.Until.In(civic.Shanghai).Format(time.RFC3339)
	}
	return journal.Event{Act: act, Detail: d, About: append(about(o.ID), journal.About{ID: w.ID, Kind: "window", Role: "object"})}
}
