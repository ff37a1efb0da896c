package eligibility

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/sheet"
)

// Batch is a list that an office brings: of who draws a benefit, or of when people
// were seen.
type Batch struct {
	Office  civic.OfficeID
	Benefit string
	Source  string // of data, by its code; "" for the list of who draws the benefit
	Bytes   []byte // a workbook or columns of text, with headings
	Try     bool   // only say what would happen
}

// Result is what became of the rows of a list, which are named by their numbers.
type Result struct {
	Rows    int
	Done    int   // entered, or certified by the data
	Same    int   // known already, or older than what is known
	Unknown []int // nobody here has the number
	Off     int   // of data: they draw no such benefit here
	Wrong   []Wrong
}

// Wrong is a row that can't be used, and why.
type Wrong struct {
	Row int
	Say string
}

// ErrSource refuses a list of which nobody said what it is.
var ErrSource = civic.E(civic.Invalid, "eligibility.source", "请选这是什么名单。").On("source")

var (
	errBenefit = civic.E(civic.Invalid, "eligibility.benefit", "请选一种待遇。").On("benefit")
	errHeads   = civic.E(civic.Invalid, "eligibility.heads", "前十行里没有找到表头。名单要有「身份证号」「认证到期日」两列，记录要有「身份证号」「日期」两列。").On("file")
	errNoDay   = error(civic.E(civic.Invalid, "eligibility.day", "没有日期。"))
	errNotPay  = civic.E(civic.Denied, "eligibility.office", "这种待遇不归您的单位管，请发放待遇的单位来办。")
)

// rowsEach is how many rows are one transaction.
const rowsEach = 200

// Bring reads a list and, unless it only tries, enters it in parts: of whoever draws
// the benefit until when they are known to, or of whoever the data saw that they are
// certified. The same list again changes nothing. It takes case.work at the office, which pays the
// benefit. Invalid if the list can't be read.
func (s *Service) Bring(ctx context.Context, actor civic.Actor, b Batch) (Result, error) {
	var out Result
	kind, err := s.check(ctx, actor, b)
	if err != nil {
		return out, err
	}
	lines, err := sheet.Read(b.Bytes, rules.Limits)
	if err != nil {
		return out, err
	}
	rows, err := kind.rows(lines, &out)
	if err != nil {
		return out, err
	}
	parts := slices.Collect(slices.Chunk(rows, rowsEach))
	for i, part := range parts {
		each := func(q db.Q, tx *journal.Tx, now time.Time) error {
			for _, r := range part {
				if err := kind.row(q, tx, now, r, &out); err != nil {
					return err
				}
			}
			return nil
		}
		before := out
		if b.Try {
			err = s.j.Look(ctx, actor, func(v *journal.View) error { out = before; return each(v, nil, v.Now) })
		} else {
			err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
				out = before // a write may be begun anew
				if err := each(tx, tx, tx.Now); err != nil {
					return err
				}
				return kind.told(tx, out, before, i == len(parts)-1)
			})
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// bringing is a list on its way in.
type bringing struct {
	s      *Service
	b      Batch
	of     Benefit
	office place.Office
}

// check refuses whoever may not, before anything is read.
func (s *Service) check(ctx context.Context, actor civic.Actor, b Batch) (bringing, error) {
	k := bringing{s: s, b: b}
	return k, s.j.Look(ctx, actor, func(v *journal.View) error {
		var err error
		if k.office, err = s.pays(v, v.Authorise, b.Office); err != nil {
			return err
		}
		var ok bool
		if k.of, ok = benefit(b.Benefit); !ok {
			return errBenefit
		}
		if k.of.OfficeKind != k.office.Kind {
			return errNotPay
		}
		if b.Source != "" && !slices.Contains(k.of.Sources, b.Source) {
			return ErrSource
		}
		return nil
	})
}

// pays reads an office at which the actor works.
func (s *Service) pays(q db.Q, authorise func(civic.Need) (civic.Authority, error), id civic.OfficeID) (place.Office, error) {
	if _, err := authorise(civic.Need{Office: id, Permission: civic.MayWorkCases, Look: true}); err != nil {
		return place.Office{}, err
	}
	return place.Read(q, id)
}

// line is a row as far as it could be read.
type line struct {
	row    int
	number string
	on     string // YYYY-MM-DD
}

// rows finds the two columns and reads every row.
func (k bringing) rows(lines []sheet.Line, out *Result) ([]line, error) {
	second := rules.Heads.Until
	if k.b.Source != "" {
		second = rules.Heads.Seen
	}
	number, on, at := -1, -1, -1
	for i, l := range lines[:min(len(lines), 10)] {
		number, on = column(l.Cells, rules.Heads.Number), column(l.Cells, second)
		if number >= 0 && on >= 0 {
			at = i
			break
		}
	}
	if at < 0 {
		return nil, errHeads
	}
	if at == len(lines)-1 {
		return nil, sheet.ErrEmpty
	}
	var rows []line
	for _, l := range lines[at+1:] {
		out.Rows++
		cell := func(i int) string {
			if i < len(l.Cells) {
				return l.Cells[i]
			}
			return ""
		}
		d, err := sheet.Day(cell(on))
		switch {
		case cell(number) == "":
			out.Wrong = append(out.Wrong, Wrong{l.N, "没有身份证号。"})
		case d == "":
			out.Wrong = append(out.Wrong, Wrong{l.N, civic.As(cmp.Or(err, errNoDay)).Say})
		default:
			rows = append(rows, line{l.N, cell(number), d})
		}
	}
	return rows, nil
}

func column(cells, heads []string) int {
	return slices.IndexFunc(cells, func(c string) bool { return slices.Contains(heads, strings.ReplaceAll(c, " ", "")) })
}

// row looks one row up and enters it; without a transaction it only counts.
func (k bringing) row(q db.Q, tx *journal.Tx, now time.Time, r line, out *Result) error {
	wrong := func(say string) error {
		out.Wrong = append(out.Wrong, Wrong{r.row, say})
		return nil
	}
	if k.b.Source != "" && r.on > day(now) {
		return wrong("日期在今天以后。")
	}
	m, err := k.s.people.ByCard(q, r.number)
	if civic.Is(err, civic.NotFound) {
		out.Unknown = append(out.Unknown, r.row)
		return nil
	}
	if civic.Is(err, civic.Conflict) || m.State == people.Disputed {
		return wrong("这个号码两个人都有，还没有处理好。请先请管理员处理。")
	}
	if err != nil {
		return err
	}
	self, err := people.Resolve(q, m.Person)
	if tx != nil {
		self, err = people.HoldSelf(tx, m.Person)
	}
	if err != nil {
		return err
	}
	if self.State != "active" || self.Died != "" {
		return wrong("登记为已经去世，请核对。")
	}
	st, found, err := standing(q, self.Selves(), k.of.Code)
	if err != nil {
		return err
	}
	next, changed := k.enter(self.Root, st, found, r)
	switch {
	case k.b.Source != "" && (!found || st.Office != k.office.ID):
		out.Off++
		return nil
	case !changed:
		out.Same++
		return nil
	}
	out.Done++
	if tx == nil {
		return nil
	}
	return k.save(tx, self, next, st.Request)
}

// enter says how somebody stands after a row, and whether that is anything new. Data
// that are older than what is known change nothing, nor does a list.
func (k bringing) enter(person civic.PersonID, st Standing, found bool, r line) (Standing, bool) {
	if k.b.Source == "" {
		if !found {
			return Standing{Person: person, Benefit: k.of.Code, Office: k.office.ID, State: Good, GoodUntil: r.on, Basis: ByList}, true
		}
		moved, later := st.Office != k.office.ID, r.on > st.GoodUntil
		st.Office = k.office.ID
		if later {
			st.GoodUntil, st.Basis, st.Source, st.SeenOn = r.on, ByList, "", ""
			st.State, st.Request = Good, ""
		}
		return st, moved || later
	}
	until := k.of.until(r.on)
	if until <= st.GoodUntil {
		return st, false
	}
	st.State, st.GoodUntil, st.Basis, st.Source, st.SeenOn, st.Request = Good, until, ByData, k.b.Source, r.on, ""
	return st, true
}

// save enters how somebody stands; asked is the visit that was arranged, if one was.
func (k bringing) save(tx *journal.Tx, self people.Self, st Standing, asked civic.RequestID) error {
	auth, err := tx.Authorise(civic.Need{Person: self.Root, Office: k.office.ID, Division: k.office.Division, Permission: civic.MayWorkCases})
	if err != nil {
		return err
	}
	auth = auth.Reaching(self.Selves())
	if err := put(tx, auth, st); err != nil {
		return err
	}
	act, detail := ActEnrolled, map[string]string{"what": k.of.Words, "until": sayDay(st.GoodUntil)}
	if k.b.Source != "" {
		act, detail["source"] = ActCertified, sourceWords(st.Source)
	}
	about := []journal.About{{ID: string(k.office.ID), Kind: "office", Role: "office"}}
	if asked != "" {
		about = append(about, journal.About{ID: string(asked), Kind: "request", Role: "object"})
	}
	return tx.RecordFor(auth, self.Root, journal.Event{Act: act, Detail: detail, About: about})
}

// told records that a list was brought, with its figures, at its end.
func (k bringing) told(tx *journal.Tx, out, before Result, last bool) error {
	if !last {
		if out.Done == before.Done {
			return journal.ErrUnchanged
		}
		return nil
	}
	auth, err := tx.Authorise(civic.Need{Office: k.office.ID, Division: k.office.Division, Permission: civic.MayWorkCases})
	if err != nil {
		return err
	}
	what := k.of.Words + "名单"
	if k.b.Source != "" {
		what = sourceWords(k.b.Source)
	}
	n := int64(out.Done)
	return tx.Record(auth, journal.Event{Act: ActBrought, Measure: &n, About: []journal.About{{ID: string(k.office.ID), Kind: "office", Role: "office"}},
		Detail: map[string]string{"what": what, "rows": strconv.Itoa(out.Rows), "done": strconv.Itoa(out.Done), "unknown": strconv.Itoa(len(out.Unknown))}})
}
