package notify

import (
	"context"
	"errors"
	"net/mail"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/staff"
)

// ActMailSet says that a member of staff changed where they are reminded by mail.
var ActMailSet = journal.Define("staff.mail_set", "改了收提醒的邮箱")

var errMail = civic.E(civic.Invalid, "message.mail", "邮箱地址写得不对，请照 name@example.cn 这样写；不要提醒就空着。").On("mail")

// RemindBy keeps the mail address at which the member of staff at the controls is
// reminded of what waits on their desk; "" for none.
func (s *Service) RemindBy(ctx context.Context, actor civic.Actor, address string) error {
	if address != "" && !actor.Operator.None() {
		a, err := mail.ParseAddress(address)
		if err != nil || a.Name != "" || len(address) > 200 {
			return errMail
		}
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		m, err := staff.Read(tx, actor.Staff())
		if err != nil {
			if _, refused := tx.Authorise(civic.Need{Permission: civic.MayServePeople}); refused != nil {
				return refused
			}
			return err
		}
		auth, err := tx.Authorise(staff.Own(m))
		if err != nil {
			return err
		}
		had, err := s.mailOf(tx, string(m.ID))
		if err != nil {
			return err
		}
		if had == address {
			return journal.ErrUnchanged
		}
		if _, err := tx.Exec(`DELETE FROM message_mail WHERE staff = $1`, m.ID); err != nil {
			return err
		}
		if address != "" {
			sealed, err := s.v.Seal([]byte(address), "message.mail/"+string(m.ID))
			if err != nil {
				return err
			}
			if err := tx.InsertRows("message_mail", []string{"staff", "sealed"}, [][]any{{m.ID, sealed}}); err != nil {
				return err
			}
		}
		return tx.Record(auth, journal.Event{Act: ActMailSet, About: []journal.About{{ID: string(m.ID), Kind: "staff", Role: "object"}}})
	})
}

// mailOf opens the address of a member of staff; "" if they have none any more.
func (s *Service) mailOf(q db.Q, id string) (string, error) {
	var row struct{ Sealed []byte }
	err := q.Get(&row, `SELECT sealed FROM message_mail WHERE staff = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	b, err := s.v.Open(row.Sealed, "message.mail/"+id)
	return string(b), err
}
