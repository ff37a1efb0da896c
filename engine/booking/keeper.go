package booking

import (
	"strings"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

type authoriser interface {
	db.Q
	Authorise(civic.Need) (civic.Authority, error)
}

// keeper reads an office and the right to keep its sessions.
func (s *Service) keeper(tx authoriser, office civic.OfficeID) (civic.Authority, place.Office, error) {
	auth, err := tx.Authorise(civic.Need{Permission: civic.MayKeepSessions, Office: office})
	if err != nil {
		return auth, place.Office{}, err
	}
	o, err := place.Read(tx, office)
	if err != nil {
		return auth, o, err
	}
	auth, err = tx.Authorise(civic.Need{Permission: civic.MayKeepSessions, Office: office, Division: o.Division})
	return auth, o, err
}

// planner is keeper for who changes the weeks of an office: one after the other, so that
// the second finds what the first has made.
func (s *Service) planner(tx *journal.Tx, office civic.OfficeID) (auth civic.Authority, o place.Office, err error) {
	if auth, o, err = s.keeper(tx, office); err == nil {
		err = place.Hold(tx, office)
	}
	return auth, o, err
}

func checkReason(reason string) (string, error) {
	reason = strings.TrimRight(strings.TrimSpace(reason), "。")
	if reason == "" || utf8.RuneCountInString(reason) > wordsMost || civic.HoldsNumber(reason) {
		return "", errReason
	}
	return reason, nil
}
