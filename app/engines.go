package app

import (
	"maps"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/rights"
)

// engines are what the engines tell of a person's matters, put together.
type engines []rights.Cases

// Told implements rights.Cases.
func (es engines) Told(q db.Q, auth civic.Authority) (map[civic.RequestID][2]string, error) {
	out := map[civic.RequestID][2]string{}
	for _, e := range es {
		told, err := e.Told(q, auth)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, told)
	}
	return out, nil
}

// Unfinished implements rights.Cases.
func (es engines) Unfinished(q db.Q, ids []civic.PersonID) (int, error) {
	sum := 0
	for _, e := range es {
		n, err := e.Unfinished(q, ids)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// Forget implements rights.Cases.
func (es engines) Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	for _, e := range es {
		if err := e.Forget(tx, auth, ids); err != nil {
			return err
		}
	}
	return nil
}
