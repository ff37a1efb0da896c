package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	_ "yinqiao/engine/eligibility" // their acts are named in the messages
	"yinqiao/grant"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/people"
	_ "yinqiao/rights"
	"yinqiao/speech"
)

// messagesMany is how many people one act tells, and messagesMost the seconds that it
// may take until all of them are queued.
const (
	messagesMany = 100_000
	messagesMost = 10.0
)

func (r *rooms) notify() (*notify.Service, error) {
	return notify.New(notify.Config{Journal: r.journal, Vault: r.vault, People: r.people, Grants: grant.New(r.journal, r.vault, r.people, r.catalog), Requests: r.requests})
}

// messages measures how long it takes until one act has queued a message to each of
// 100,000 people, with its values sealed and its entry and its job in the same transaction, beside the
// bare insert of as many jobs in one transaction.
func (b *bench) messages(ctx context.Context, e db.Dialect) error {
	s, err := b.disk.fresh(ctx, e, "messages")
	if err != nil {
		return err
	}
	defer func() { _ = s.drop(context.WithoutCancel(ctx)) }()
	r, err := s.open(ctx, false)
	if err != nil {
		return err
	}
	defer r.close()
	n, err := r.notify()
	if err != nil {
		return err
	}
	to, err := r.crowd(ctx)
	if err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	q, err := jobs.New(r.db, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	bare := make([]jobs.Job, messagesMany)
	for i := range bare {
		bare[i].Args = notify.Send{Person: to[i].Person, Attempt: "none"}
	}
	var took []float64
	var got rates
	for range 3 {
		began := time.Now()
		err := r.journal.Write(ctx, sys, func(tx *journal.Tx) error {
			auth, err := tx.Authorise(civic.Need{})
			if err != nil {
				return err
			}
			made, err := n.Queue(tx, auth, "glass.broken/elder", db.NewID(), to)
			if err != nil || made != messagesMany {
				return fmt.Errorf("%d messages: %w", made, err)
			}
			return tx.Enqueue(notify.Walk{}, time.Time{})
		})
		if err != nil {
			return err
		}
		ours := time.Since(began).Seconds()
		began = time.Now()
		if err := r.measured(ctx, func(tx *journal.Tx) error { return q.EnqueueAll(tx.Tx, bare) }); err != nil {
			return fmt.Errorf("peer: %w", err)
		}
		peer := time.Since(began).Seconds()
		took = append(took, ours)
		got.ours, got.peer = append(got.ours, messagesMany/ours), append(got.peer, messagesMany/peer)
		// Who has one open would have the next folded into it.
		if _, err := r.db.Pool().ExecContext(ctx, `DELETE FROM message`); err != nil {
			return err
		}
	}
	b.lines.print(within("messages."+string(e), "s", took, messagesMost, extra{"messages": messagesMany}))
	b.lines.print(got.against("messages.rate."+string(e), "messages/s", "as many bare jobs in one transaction", 0.5, extra{}))
	return nil
}

// measured runs fn in a write with one entry.
func (r *rooms) measured(ctx context.Context, fn func(tx *journal.Tx) error) error {
	return r.journal.Write(ctx, sys, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: actMeasured})
	})
}

// crowd enters the people who are told.
func (r *rooms) crowd(ctx context.Context) ([]notify.Receiver, error) {
	to := make([]notify.Receiver, messagesMany)
	rows := make([][]any, messagesMany)
	for i := range to {
		id := civic.PersonID(db.NewID())
		rows[i] = []any{id, elder(i).name(), people.Female, elder(i).birth().Format(time.DateOnly), street, time.Now()}
		to[i] = notify.NewReceiver(id, street, notify.Chinese, notify.Values{"who": "王奶奶", "phone": "95128"})
	}
	err := r.measured(ctx, func(tx *journal.Tx) error {
		return tx.InsertRows("person", []string{"id", "name", "sex", "birth", "division", "created_at"}, rows)
	})
	return to, err
}

// render measures how fast the words of a message are made.
func (b *bench) render() error {
	const many, least = 200_000, 100_000.0
	say, err := notify.Sample()
	if err != nil {
		return err
	}
	var got rates
	for range 5 {
		began := time.Now()
		for range many {
			if say() == "" {
				return fmt.Errorf("nothing is said")
			}
		}
		got.ours, got.peer = append(got.ours, many/time.Since(began).Seconds()), append(got.peer, least)
	}
	b.lines.print(got.against("messages.render", "texts/s", "the target itself", 1, extra{}))
	return nil
}

// speech measures how long a sentence takes to be heard for the first time, and again.
func (b *bench) speech(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "yinqiao-speech-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := speech.New(speech.Config{Cache: dir, Clock: time.Now})
	if err != nil {
		return err
	}
	var first, again []float64
	for i := range 9 {
		text := fmt.Sprintf("王奶奶您好，您办的代寄检查报告，医院说办好了。请您看看是不是真的办好了，这是第%d件。", i+1)
		for _, into := range []*[]float64{&first, &again} {
			began := time.Now()
			if _, err := s.Say(ctx, speech.Request{Text: text, Format: speech.Phone}); err != nil {
				return err
			}
			*into = append(*into, float64(time.Since(began).Microseconds())/1000)
		}
	}
	b.lines.print(within("speech.sentence", "ms", first, 500, extra{}))
	b.lines.print(within("speech.cached", "ms", again, 5, extra{}))
	return nil
}
