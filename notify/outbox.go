package notify

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/people"
)

// Shown is one attempt as the page of a demonstration shows it.
type Shown struct {
	ID       string // of the attempt; later ones are greater
	At       time.Time
	Who      string
	Carrier  string
	State    string
	Words    string
	Urgency  Urgency
	Audience Audience
}

// ShownMost bounds a page: behind a full one there may be more.
const ShownMost = 100

// Outbox reads what was tried, with its words, the newest first: before an attempt, or "" for
// the first page, ShownMost at a time. It asks nobody
// who they are: app gives it to the pages of a demonstration, where all people are invented, and to no others.
func Outbox(ctx context.Context, s *Service, before string) ([]Shown, error) {
	var out []Shown
	err := s.j.Write(ctx, civic.System("demo"), func(tx *journal.Tx) error {
		var as []Attempt
		if err := tx.Select(&as, `SELECT `+attemptColumns+` FROM message_attempt WHERE CAST($1 AS TEXT) = '' OR id < $1 ORDER BY id DESC LIMIT $2`, before, ShownMost); err != nil {
			return err
		}
		about, err := messagesOf(tx, as)
		if err != nil {
			return err
		}
		for _, a := range as {
			m := about[a.Message]
			who := "工作人员"
			if m.Audience != Staff {
				names, err := people.MaskedNames(tx, []civic.PersonID{civic.PersonID(m.Receiver)})
				if err != nil {
					return err
				}
				who = names[civic.PersonID(m.Receiver)]
			}
			c, err := s.content(m)
			if err != nil {
				return err
			}
			if c.Code != "" {
				auth, _, err := s.authOf(tx, m)
				if err != nil {
					return err
				}
				if c.Values["code"], err = s.codes.Spoken(tx, auth, c.Code); err != nil {
					c.Values["code"] = "（用过了，或者过了时间）"
				}
			}
			t := s.book.byName[m.Template]
			if t == nil {
				continue
			}
			out = append(out, Shown{ID: a.ID, At: a.MadeAt, Who: who, Carrier: s.book.chains.Carriers[a.Carrier].Words, State: attemptWords[a.State],
				Words: s.book.say(t, a.Carrier, c.Lang, a.Discreet, c.Values), Urgency: m.Urgency, Audience: m.Audience})
		}
		return journal.ErrUnchanged
	})
	return out, err
}

var attemptWords = map[string]string{"due": "正要发", "sending": "正在发", "unsure": "不清楚发出没有", "sent": "发出了，等回执", "delivered": "送到了", "failed": "没有送到",
	"open": "等人去办", "done": "告诉了", "missed": "没有找到人", "dropped": "不用了"}
