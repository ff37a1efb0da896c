package people

import (
	"slices"
	"strconv"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Match is one person found: the masked minimum by which a clerk can ask
// "are you …?", and why they matched.
type Match struct {
	Person   civic.PersonID
	Name     string // masked
	Sex      Sex
	Birth    string // the year only
	Division civic.Division
	Village  string
	Phone    string // the last two digits, or ""
	Why      string
	State    string         // of the credential that matched: active, lost …
	Kind     CredentialKind // of the credential that matched, if one did
	Others   Kinds          // when it can't be used: what else of theirs can
	Card     bool           // found by a card, which is one person's
	card     string         // which
}

// shown is a person's row as far as a search reads it.
type shown struct {
	ID       civic.PersonID
	Name     string
	Sex      Sex
	Birth    string
	Division civic.Division
	Village  string
	Reading  string
	State    string
	AliasOf  civic.PersonID
	was      string // the name by which they were found: a merged identity may have another
}

func (r shown) match() Match {
	return Match{Person: r.ID, Name: Masked(r.Name), Sex: r.Sex, Birth: year(r.Birth), Division: r.Division, Village: r.Village, State: "active"}
}

// readEach is how many rows are asked for by their IDs in one statement.
const readEach = 100

const shownQuery = `SELECT id, name, sex, birth, division, village, reading, state, alias_of FROM person WHERE id IN `

// readShown reads people by ID. A merged identity gives the row of the person it
// was merged into; who was withdrawn or erased is left out.
func readShown(q db.Q, ids []civic.PersonID) (map[civic.PersonID]shown, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	out := make(map[civic.PersonID]shown, len(ids))
	for part := range slices.Chunk(ids, readEach) {
		var rows []shown
		if err := q.Select(&rows, shownQuery+db.In(1, len(part)), db.Args(part)...); err != nil {
			return nil, err
		}
		for _, r := range rows {
			id, was := r.ID, r.Name
			if r.AliasOf != "" {
				root, err := Resolve(q, id)
				if err != nil {
					return nil, err
				}
				if err := q.Get(&r, shownQuery+`($1)`, root.Root); err != nil {
					return nil, err
				}
			}
			if r.State == "active" {
				r.was = was
				out[id] = r
			}
		}
	}
	return out, nil
}

// addTails adds the end of a phone of their own, so that a clerk has something to
// ask for that was not on the screen's first line.
func addTails(q db.Q, lists ...[]Match) error {
	var ids []civic.PersonID
	for _, ms := range lists {
		for _, m := range ms {
			ids = append(ids, m.Person)
		}
	}
	tails := map[civic.PersonID]string{}
	for part := range slices.Chunk(ids, readEach) {
		var rows []struct {
			Person civic.PersonID
			Tail   string
		}
		if err := q.Select(&rows, `SELECT person, tail FROM contact WHERE whose = 'own' AND person IN `+db.In(1, len(part))+` ORDER BY person, id`, db.Args(part)...); err != nil {
			return err
		}
		for _, r := range rows {
			if tails[r.Person] == "" && len(r.Tail) >= 2 {
				tails[r.Person] = r.Tail[len(r.Tail)-2:]
			}
		}
	}
	for _, ms := range lists {
		for i := range ms {
			ms[i].Phone = tails[ms[i].Person]
		}
	}
	return nil
}

// recordList records that somebody was shown a list of people.
func recordList(tx *journal.Tx, auth civic.Authority, actor civic.Actor, by string, n int, spent ...journal.About) error {
	return tx.Record(auth, journal.Event{Act: ActListed, Detail: map[string]string{"by": by, "found": strconv.Itoa(n)},
		About: append(spent, journal.About{ID: actor.Operator.ID, Kind: string(actor.Operator.Kind), Role: "operator"})})
}
