package request

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/people"
)

// Answer puts answers into a draft and shows what is next. rev is the revision
// that the answers were given to; Conflict if the draft has moved on. Answers
// that are right are kept even when another one is wrong, and the first wrong one
// is the error, with the view beside it.
func (s *Service) Answer(ctx context.Context, actor civic.Actor, id civic.DraftID, rev int64, given map[string][]string) (*View, error) {
	var out *View
	var wrong error
	err := s.j.Scratch(ctx, actor, func(tx *journal.Scratch) error {
		out, wrong = nil, nil
		d, auth, err := s.reach(tx, &tx.Actor, id, tx.Authorise)
		if err != nil {
			return err
		}
		// The guarded update locks the draft, so that what is held from here on is held
		// by the one channel that was first.
		n, err := tx.Exec(`UPDATE draft SET rev = rev + 1, updated_at = $1 WHERE id = $2 AND rev = $3 AND state = 'open'`, tx.Now, id, rev)
		if err != nil {
			return err
		}
		if n == 0 {
			if d, err = s.readDraft(tx, id); err != nil {
				return err
			}
			if d.State == "dropped" {
				return errGone
			}
			if d.State != "open" {
				return ErrSubmitted
			}
			wrong = errRev
			out, err = s.sit(tx, tx.Actor, tx.Now, auth, d).view(d)
			return err
		}
		d.Rev = rev + 1
		sit := s.sit(tx, tx.Actor, tx.Now, auth, d)
		v, err := sit.view(d)
		if err != nil {
			return err
		}
		again := v.Again
		if v, err = sit.putAll(v, given, actor); err != nil {
			return err
		}
		if err := sit.release(tx, v.Drops); err != nil {
			return err
		}
		if err := sit.hold(tx, v); err != nil {
			return err
		}
		if err := s.keep(tx, v); err != nil {
			return err
		}
		if out, err = sit.again(v); err != nil {
			return err
		}
		out.Again = again
		if len(out.Wrong) > 0 {
			wrong = out.Wrong[0]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, wrong
}

// again is the view after what it says was done: a place that has gone is asked for
// with what is left.
func (t *sitting) again(v *View) (*View, error) {
	out, err := t.view(&v.Draft)
	if err != nil {
		return nil, err
	}
	out.Drops, out.Wrong = v.Drops, v.Wrong
	// What fell away and was given anew in the same form did not fall away.
	out.Drops = slices.DeleteFunc(slices.Clone(out.Drops), func(d Drop) bool { _, ok := out.Answers[d.Key]; return ok })
	return out, nil
}

// putAll puts the answers in the order of the definition, since an answer may
// open or close the questions after it. Answers to questions that closed are
// left out silently: a form sends the fields it had.
func (t *sitting) putAll(v *View, given map[string][]string, actor civic.Actor) (*View, error) {
	done := map[string]bool{}
	for {
		i := slices.IndexFunc(v.Form, func(p Prompt) bool { _, ok := given[p.Key]; return ok && !done[p.Key] && !p.waits })
		if i < 0 {
			return v, nil
		}
		key := v.Form[i].Key
		done[key] = true
		a, drops, err := Put(v.Def, v.Answers, t.facts, key, given[key], actor.Channel)
		if civic.Is(err, civic.Invalid) {
			v.Wrong = append(v.Wrong, civic.As(err))
			continue
		}
		if err != nil {
			return nil, err
		}
		if !slices.Equal(v.Answers.Codes(key), a.Codes(key)) || shown(v.Answers[key]) != shown(a[key]) {
			for j := range a[key] {
				a[key][j].By = actor.Operator
			}
		} else {
			a[key] = v.Answers[key] // sent again with the form: whoever gave it, gave it
		}
		d := v.Draft
		d.Answers = a
		next, err := t.view(&d)
		if err != nil {
			return nil, err
		}
		next.Drops, next.Wrong = append(v.Drops, drops...), v.Wrong
		v = next
	}
}

// free is the code of an answer in the person's own words.
const free = "~"

// read turns what a person gave into values, or says what to do about it.
func read(p Prompt, texts []string, now time.Time) ([]Value, error) {
	var given []string
	for _, t := range texts {
		if civic.Fold(t) != "" {
			given = append(given, civic.FoldWords(t))
		}
	}
	bad := func(code, say string) ([]Value, error) {
		return nil, civic.E(civic.Invalid, "answer."+code, say).On(p.Key)
	}
	switch {
	case len(given) == 0 && p.Optional:
		return []Value{}, nil
	case len(given) == 0:
		return bad("empty", "这个问题还没有回答："+p.Ask)
	case len(given) > 1:
		return bad("one", "这个问题只能选一个："+p.Ask)
	}
	own, t := given[0], civic.Fold(given[0]) // codes and numbers are read folded, words keep their punctuation
	for _, o := range p.Options {
		if t == o.Code {
			return []Value{{Code: o.Code, Shown: o.Text}}, nil
		}
	}
	switch p.Kind {
	case catalog.Choice, catalog.YesNo, catalog.Session, catalog.Document:
		return bad("choice", "请从列出的里面选一个："+p.Ask)
	case catalog.Phone:
		n, err := people.CleanPhone(t)
		if err != nil {
			return nil, civic.As(err).On(p.Key)
		}
		return []Value{{Code: n, Shown: n}}, nil
	case catalog.Amount:
		return readAmount(p, t)
	case catalog.Number:
		return readNumber(p, t)
	case catalog.When:
		return readWhen(p, own, now)
	}
	if n, most := utf8.RuneCountInString(own), longest(p.Question); n > most {
		return bad("long", fmt.Sprintf("写得太长了（%d个字）,请缩短到%d个字以内。", n, most))
	}
	if strings.ContainsFunc(own, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	}) {
		return bad("characters", "这段文字里有看不见的特殊字符，请删掉重新输入。")
	}
	return []Value{{Code: free, Shown: own}}, nil
}

// longest is the most characters that an answer in words may have.
func longest(q *catalog.Question) int {
	if q.Max > 0 {
		return q.Max
	}
	return 200
}

// ParseYuan reads a sum in yuan as people write it, up to ten million, with at most
// two decimals, and returns it in hundredths. It reports whether it is one.
func ParseYuan(t string) (fen int64, ok bool) {
	t = strings.NewReplacer(",", "", "元", "", "块", "", "¥", "", "￥", "", " ", "").Replace(t)
	whole, cents, _ := strings.Cut(t, ".")
	y, err := strconv.ParseUint(whole, 10, 32)
	if err != nil || len(cents) > 2 || y > 10_000_000 || y == 10_000_000 && strings.Trim(cents, "0") != "" || strings.Trim(cents, "0123456789") != "" {
		return 0, false
	}
	c, _ := strconv.ParseUint((cents + "00")[:2], 10, 8)
	return int64(y*100 + c), true
}

func readAmount(p Prompt, t string) ([]Value, error) {
	fen, ok := ParseYuan(t)
	if !ok {
		return nil, civic.E(civic.Invalid, "answer.amount", "金额请写数字，比如 12.50。").On(p.Key)
	}
	code := fmt.Sprintf("%d.%02d", fen/100, fen%100)
	return []Value{{Code: code, Shown: code + "元"}}, nil
}

// readNumber reads a whole number within the question's bounds, in figures or in
// Chinese up to fifty-nine.
func readNumber(p Prompt, t string) ([]Value, error) {
	t = strings.TrimSpace(strings.TrimSuffix(arabic(strings.ReplaceAll(t, " ", "")), p.Unit))
	n, err := strconv.Atoi(t)
	if err != nil || n < p.Least || p.Most > 0 && n > p.Most {
		say := fmt.Sprintf("请写一个数，不小于%d。", p.Least)
		if p.Most > 0 {
			say = fmt.Sprintf("请写一个数，从%d到%d。", p.Least, p.Most)
		}
		return nil, civic.E(civic.Invalid, "answer.number", say).On(p.Key)
	}
	return []Value{{Code: strconv.Itoa(n), Shown: strconv.Itoa(n) + p.Unit}}, nil
}

// papers are the ways to bring a document. A file sent along is an answer of the
// channel that can take one.
var papers = []catalog.Option{
	{Code: "bring", Text: "带原件来", Hint: "办理时给工作人员看"},
	{Code: "copy", Text: "交复印件"},
	{Code: "later", Text: "以后再补", Hint: "会写在回执上"},
}
