package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/request"
)

// submitters is how many submit at once.
const submitters = 16

// submit measures request.Service.Submit: acts a second by 16 submitters, each
// commit on the disk before it is answered, with the journal's sealer running as
// it does in production. Drafts are finished before the clock starts.
func (b *bench) submit(ctx context.Context, e db.Dialect) error {
	s, err := b.disk.fresh(ctx, e, "submit")
	if err != nil {
		return err
	}
	defer func() { _ = s.drop(context.WithoutCancel(ctx)) }()
	warm, counted := b.submits, 3*b.submits
	drafts, m, err := b.prepareSubmits(ctx, s, warm+b.rounds*b.submits+counted)
	if err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	copied, err := s.copy(ctx, "submit_bare")
	if err != nil {
		return err
	}
	defer func() { _ = copied.drop(context.WithoutCancel(ctx)) }()
	peer, err := newBareSubmits(ctx, copied, m)
	if err != nil {
		return err
	}
	defer peer.close()
	r, err := s.open(ctx, false)
	if err != nil {
		return err
	}
	defer r.close()
	sealer, stop := context.WithCancel(ctx)
	sealed := make(chan struct{})
	go func() { defer close(sealed); r.journal.Run(sealer) }()
	defer func() { stop(); <-sealed }()

	ours := func(ctx context.Context, d draft) error {
		_, err := r.requests.Submit(ctx, own(d.person), d.id, 0)
		return err
	}
	// Caches fill, connections are made, statements are prepared.
	if _, err := rate(ctx, drafts[:warm], ours); err != nil {
		return err
	}
	if _, err := rate(ctx, drafts[:warm], peer.submit); err != nil {
		return err
	}
	drafts = drafts[warm:]
	var got rates
	for range b.rounds {
		round := drafts[:b.submits]
		drafts = drafts[b.submits:]
		v, err := rate(ctx, round, ours)
		if err != nil {
			return err
		}
		if err := r.journal.SealAll(ctx); err != nil { // not beside the peer
			return err
		}
		p, err := rate(ctx, round, peer.submit)
		if err != nil {
			return fmt.Errorf("peer: %w", err)
		}
		got.ours, got.peer = append(got.ours, v), append(got.peer, p)
	}
	// Commits and syncs are counted in a round of their own: PostgreSQL reports them
	// slowly, and of all databases together.
	w := newWatch(r.db, len(drafts))
	if err := w.begin(ctx); err != nil {
		return err
	}
	if _, err := rate(ctx, drafts, ours); err != nil {
		return err
	}
	if err := w.end(ctx); err != nil {
		return err
	}
	b.lines.print(got.against("submit."+string(e), "acts/s", fmt.Sprintf("the same %d rows in one prepared transaction each", peer.rows), 0.5, w.facts()))
	return nil
}

// draft is one that waits to be submitted.
type draft struct {
	id      civic.DraftID
	person  civic.PersonID
	number  civic.Number
	answers []byte // sealed, as they are stored
}

// prepareSubmits finishes n dialogues of report-post and submits one more, whose
// rows are the model for the peer's.
func (b *bench) prepareSubmits(ctx context.Context, s store, n int) ([]draft, *model, error) {
	r, err := s.open(ctx, true)
	if err != nil {
		return nil, nil, err
	}
	defer r.close()
	hospital, _, err := r.furnish(ctx)
	if err != nil {
		return nil, nil, err
	}
	ids, err := r.register(ctx, min(n, 500))
	if err != nil {
		return nil, nil, err
	}
	drafts := make([]draft, n+1)
	err = each(ctx, len(drafts), submitters, func(ctx context.Context, i int) error {
		v, err := r.finish(ctx, ids[i%len(ids)], hospital)
		if err == nil {
			drafts[i] = draft{id: v.ID, person: v.Person, number: v.Number}
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	q, err := r.db.Read(ctx)
	if err != nil {
		return nil, nil, err
	}
	for i := range drafts {
		if err := q.Get(&drafts[i].answers, `SELECT answers FROM draft WHERE id = $1`, drafts[i].id); err != nil {
			return nil, nil, err
		}
	}
	first := drafts[n]
	rc, err := r.requests.Submit(ctx, own(first.person), first.id, 0)
	if err != nil {
		return nil, nil, err
	}
	m, err := readModel(ctx, r.db, rc, first)
	return drafts[:n], m, err
}

// finish walks a person through report-post to the read-back.
func (r *rooms) finish(ctx context.Context, p civic.PersonID, hospital civic.OfficeID) (*request.View, error) {
	v, err := r.requests.Start(ctx, own(p), "report-post", p, "")
	if err != nil {
		return nil, err
	}
	return r.requests.Answer(ctx, own(p), v.ID, v.Rev, map[string][]string{"hospital": {string(hospital)}, "report": {"imaging"}, "film": {"no"},
		"to": {"home"}, "phone": {"12612345678"}, "note": {"请在上午送"}})
}

// rate runs do for every draft on the submitters and returns drafts a second.
func rate(ctx context.Context, drafts []draft, do func(context.Context, draft) error) (float64, error) {
	began := time.Now()
	err := each(ctx, len(drafts), submitters, func(ctx context.Context, i int) error { return do(ctx, drafts[i]) })
	return float64(len(drafts)) / time.Since(began).Seconds(), err
}

// each runs do for 0 to n-1 on some goroutines and returns the first error.
func each(ctx context.Context, n, goroutines int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range next {
				if err := do(ctx, i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}
