package people

import (
	"context"
	"errors"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

var (
	// ActServiceBirth says that a service's file has another birth date.
	ActServiceBirth = journal.Define("birth.service", "登记了档案出生日期")

	errBirthService = civic.E(civic.Invalid, "birth.service", "请选是哪一项服务的档案。").On("service")
)

// ServiceBirth is the birth date that a service goes by. Source is where it is
// from, "" when it is the one on the card.
type ServiceBirth struct{ Service, Birth, Source string }

// SetServiceBirth keeps the birth date of a service's own file (档案年龄) where it
// differs from the card. An empty date takes it back.
func (s *Service) SetServiceBirth(ctx context.Context, actor civic.Actor, person civic.PersonID, service, birth, source string) error {
	source, err := clean(source, errSource)
	if err != nil {
		return err
	}
	if birth = civic.Fold(birth); birth != "" && !birthFits(birth, s.j.Now()) {
		return errBirth
	}
	if service == "" || len(service) > 50 || strings.Trim(service, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return errBirthService
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, root, err := staffOnly(tx, person, civic.MayRegisterPeople)
		if err != nil {
			return err
		}
		old, err := readServiceBirths(tx, auth.Selves())
		if err != nil {
			return err
		}
		if (ServiceBirth{service, birth, source}) == old[service] || birth == "" && old[service].Birth == "" {
			return journal.ErrUnchanged
		}
		ids := auth.Selves()
		if _, err := tx.Exec(`DELETE FROM service_birth WHERE service = $1 AND person IN `+db.In(2, len(ids)), append([]any{service}, db.Args(ids)...)...); err != nil {
			return err
		}
		if birth != "" {
			if err := tx.InsertRows("service_birth", []string{"person", "service", "birth", "source", "set_at"}, [][]any{{root, service, birth, source, tx.Now}}); err != nil {
				return err
			}
		}
		return tx.Record(auth, journal.Event{Act: ActServiceBirth, Detail: map[string]string{"services": service}})
	})
}

// BirthFor returns the birth date that a service goes by: its own file's, or the
// card's.
func (s *Service) BirthFor(q db.Q, auth civic.Authority, person civic.PersonID, service string) (ServiceBirth, error) {
	all, err := s.ServiceBirths(q, auth, person)
	if err != nil {
		return ServiceBirth{}, err
	}
	for _, b := range all {
		if b.Service == service {
			return b, nil
		}
	}
	row, err := readPerson(q, person)
	return ServiceBirth{Service: service, Birth: row.Birth}, err
}

// ServiceBirths lists the services whose file has another birth date.
func (s *Service) ServiceBirths(q db.Q, auth civic.Authority, person civic.PersonID) ([]ServiceBirth, error) {
	if !auth.Over(person) {
		return nil, errAuthority
	}
	var out []ServiceBirth
	ids := auth.Selves()
	err := q.Select(&out, `SELECT service, birth, source FROM service_birth WHERE person IN `+db.In(1, len(ids))+` ORDER BY service`, db.Args(ids)...)
	return out, err
}

func readServiceBirths(q db.Q, ids []civic.PersonID) (map[string]ServiceBirth, error) {
	if len(ids) == 0 {
		return nil, errors.New("people: nobody's birth dates")
	}
	var rows []ServiceBirth
	err := q.Select(&rows, `SELECT service, birth, source FROM service_birth WHERE person IN `+db.In(1, len(ids)), db.Args(ids)...)
	out := map[string]ServiceBirth{}
	for _, r := range rows {
		out[r.Service] = r
	}
	return out, err
}
