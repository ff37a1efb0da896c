package request

import (
	"context"
	"time"

	"github.com/google/uuid"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/people"
)

// StoryAsk says which lines of a story are wanted.
type StoryAsk struct {
	Before string    // the Next of the page before, or "" for the newest
	Only   Only      // a part of the story
	Since  time.Time // not older; zero for all
	Most   int       // lines, at most 1000; 100 when it is 0
	ToThem bool      // the sentences speak to the person, whoever reads: a sheet of paper for them
}

// Story is a page of what happened about a person, newest first.
type Story struct {
	Lines []StoryLine
	Next  string // what to ask for as Before for older lines; "" when there are none
}

// Bounds of a page of a story. storyScan is how many entries one page is looked
// for in, so that a part with few lines does not read a long life at once.
const (
	storyDefault = 100
	storyMost    = 1000
	storyRead    = 200
	storyScan    = 3000
)

var (
	errBefore = civic.E(civic.Invalid, "story.before", "没有找到接着往下看的地方，请回到第一页重新看。").On("before")
	errOnly   = civic.E(civic.Invalid, "story.only", "只能选：全部、替我办的、看过我的、我的委托有什么变化。").On("only")
)

func (a *StoryAsk) check() error {
	if a.Before != "" {
		if _, err := uuid.Parse(a.Before); err != nil || len(a.Before) != 36 {
			return errBefore
		}
	}
	if a.Only != Everything && a.Only != Acted && a.Only != Seen && a.Only != Granted {
		return errOnly
	}
	if a.Most <= 0 {
		a.Most = storyDefault
	}
	a.Most = min(a.Most, storyMost)
	return nil
}

// Story tells what happened about a person by any of their identities: who acted
// for me, and who looked at my data. For the person, for staff who have opened
// them, and for an agent whose grant covers every service. Invalid for a page or a
// part that there is not.
func (s *Service) Story(ctx context.Context, actor civic.Actor, person civic.PersonID, ask StoryAsk) (Story, error) {
	var out Story
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.WholeOf(actor, person))
		if err != nil {
			return err
		}
		if err := ask.check(); err != nil {
			return err
		}
		self, err := people.Resolve(v, person)
		if err != nil {
			return err
		}
		auth = auth.Reaching(self.Selves())
		out, err = s.story(v, auth, self.Selves(), ask)
		return err
	})
	return out, err
}

// story reads on until the page is full, the time is over or enough was read.
func (s *Service) story(v *journal.View, auth civic.Authority, selves []civic.PersonID, ask StoryAsk) (Story, error) {
	var out Story
	before, most := ask.Before, storyRead
	if ask.Only == Everything {
		most = min(storyRead, ask.Most+1)
	}
	for scanned := 0; ; {
		entries, err := journal.TimelineOf(v, auth, selves, before, most)
		if err != nil {
			return out, err
		}
		told, err := s.tell(v, auth, entries, ask.ToThem || auth.Basis() == civic.BasisOwn)
		if err != nil {
			return out, err
		}
		for i, l := range told {
			if entries[i].At.Before(ask.Since) {
				return out, nil
			}
			if !ask.Only.holds(l) {
				continue
			}
			if len(out.Lines) == ask.Most {
				out.Next = out.Lines[len(out.Lines)-1].ID
				return out, nil
			}
			out.Lines = append(out.Lines, l)
		}
		if len(entries) < most {
			return out, nil
		}
		before = entries[len(entries)-1].ID
		if scanned += len(entries); scanned >= storyScan {
			out.Next = before
			return out, nil
		}
	}
}

// holds reports whether a line is of the part. What somebody did themselves was
// done for nobody, and is no look at them by another.
func (o Only) holds(l StoryLine) bool {
	switch o {
	case Everything:
		return l.Part != Behind
	case Granted:
		return l.Part == Granted
	}
	return l.Part == o && !l.Own
}
