package journal

import (
	"slices"

	"yinqiao/civic"
)

// Done is an act that a write has recorded, with what it was about.
type Done struct {
	Entry
	Detail map[string]string
	About  []About
}

// Reaction is what follows from acts in the same transaction: what it writes and
// records commits with them, or nothing does. What it records wakes no reaction.
type Reaction func(tx *Tx, done []Done) error

// Within lets acts be followed by a reaction, once for each write that recorded any of
// them, after all that the write did. Like On, it is called before the first write;
// app/flows.go is the one list.
func (j *Journal) Within(acts []Act, r Reaction) {
	for _, a := range acts {
		if a.Words() == "" {
			panic("journal: no such act: " + string(a))
		}
	}
	j.within = append(j.within, reaction{slices.Clone(acts), r})
}

type reaction struct {
	acts []Act
	do   Reaction
}

// react runs the reactions to what the write has recorded.
func (t *Tx) react() error {
	n := len(t.entries)
	for _, r := range t.j.within {
		var done []Done
		for i, e := range t.entries[:n] {
			if slices.Contains(r.acts, e.Act) {
				done = append(done, Done{e, t.details[i], t.about[i]})
			}
		}
		if len(done) == 0 {
			continue
		}
		if err := r.do(t, done); err != nil {
			return err
		}
	}
	return nil
}

// As runs fn as another actor: the platform draws its own conclusions from what
// somebody did.
func (t *Tx) As(actor civic.Actor, fn func() error) error {
	was := t.Actor
	t.Actor = actor
	defer func() { t.Actor = was }()
	return fn()
}
