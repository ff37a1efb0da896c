package eligibility

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/sheet"
)

// Batch is a list that an office brings: of who draws a benefit, or of when people
// were seen.
type Batch struct {
	Office  civic.OfficeID
	Benefit string
	Source  string // of data, by its code; "" for the list of who draws the benefit, Leaving for who does no more
	Bytes   []byte // a workbook or columns of text, with headings
	Try     bool   // only say what would happen
}

// Result is what became of the rows of a list, which are named by their numbers.
type Result struct {
	Rows    int
	Done    int   // entered, or certified by the data
	Same    int   // known already, or older than what is known
	Early   int   // of data: so old that they are no use any more
	Unknown []int // nobody here has the number
	Off     int   // of data: they draw no such benefit here
	Wrong   []Wrong
}

// Leaving names the list of who draws the benefit no more, with the day from which on.
const Leaving = "leaving"

// Wrong is a row that can't be used, and why.
type Wrong struct {
	Row int
	Say string
}

// ErrSource refuses a list of which nobody said what it is.
var ErrSource = civic.E(civic.Invalid, "eligibility.source", "请选这是什么名单。").On("source")

var (
	errBenefit = civic.E(civic.Invalid, "eligibility.benefit", "请选一种待遇。").On("benefit")
	errHeads   = civic.E(civic.Invalid, "eligibility.heads", "前十行里没有找到表头。领待遇的名单要有「身份证号」「认证到期日」两列，别的要有「身份证号」「日期」两列。").On("file")
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
		before := out
		err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
			out = before // a write may be begun anew
			for _, r := range part {
				if err := kind.row(tx, r, &out); err != nil {
					return err
				}
			}
			switch {
			case i == len(parts)-1:
				return kind.told(tx, out)
			case b.Try || out.Done == before.Done:
				return journal.ErrUnchanged
			}
			return nil
		})
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
		if b.Source != "" && b.Source != Leaving && !slices.Contains(k.of.Sources, b.Source) {
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
	for i, l := range lines[:min(len(lines), sheet.HeadsWithin)] {
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

// told records that a list was brought, or that its numbers were looked up, with its
// figures.
func (k bringing) told(tx *journal.Tx, out Result) error {
	act := ActBrought
	if k.b.Try {
		act = ActTried
	}
	auth, err := tx.Authorise(civic.Need{Office: k.office.ID, Division: k.office.Division, Permission: civic.MayWorkCases})
	if err != nil {
		return err
	}
	what := k.of.Words + "名单"
	switch k.b.Source {
	case "":
	case Leaving:
		what = "不再领" + k.of.Words + "的名单"
	default:
		what = sourceWords(k.b.Source)
	}
	n := int64(out.Done)
	return tx.Record(auth, journal.Event{Act: act, Measure: &n, About: []journal.About{{ID: string(k.office.ID), Kind: "office", Role: "office"}},
		Detail: map[string]string{"what": what, "rows": strconv.Itoa(out.Rows), "done": strconv.Itoa(out.Done), "unknown": strconv.Itoa(len(out.Unknown))}})
}
