package casework

import (
	"context"
	"strconv"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/staff"
)

// Stray is a case at an office where nobody works cases: in the person's choice of a
// hospital that is not with us yet, or where the last colleague has left.
type Stray struct {
	Item
	OfficeName string
}

var errManned = civic.E(civic.Conflict, "case.manned", "那个单位有人办这件事，请让他们办；要转办，由他们来转。")

// notEnded are the states in which somebody has to do something yet.
const notEnded = `state IN ('open', 'taken', 'asked', 'resolved')`

// strayNeed is what redirecting a case takes: managing staff where it is.
func strayNeed(c Case) civic.Need {
	return civic.Need{Person: c.Person, Division: c.Division, Permission: civic.MayManageStaff}
}

// Unattended is a paper or a sum in the custody of an office where nobody works.
type Unattended struct {
	Keeping
	OfficeName string
}

// AtUnmanned is what waits at offices where nobody works.
type AtUnmanned struct {
	Cases  []Stray
	Things []Unattended
}

// Strays lists the cases that are in no office's hands, by deadline, and the papers and
// sums that offices answer for where nobody works, whatever became of their cases; for
// whoever manages the staff of their division: the last net under nobody's case. What
// belongs to a case of that office goes with it (Redirect); for the rest somebody is put
// there.
func (s *Service) Strays(ctx context.Context, actor civic.Actor) (AtUnmanned, error) {
	var out AtUnmanned
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayManageStaff, Look: true}); err != nil {
			return err
		}
		mine, err := managed(v, actor.Staff())
		if err != nil || len(mine) == 0 {
			return err
		}
		offices, err := unmanned(v, mine)
		if err != nil || len(offices) == 0 {
			return err
		}
		ids, names := make([]civic.OfficeID, len(offices)), map[civic.OfficeID]string{}
		for i, o := range offices {
			ids[i], names[o.ID] = o.ID, o.Name
		}
		var cs []Case
		if err := v.Select(&cs, `SELECT `+columns+` FROM casework WHERE `+notEnded+` AND office IN `+db.In(1, len(ids))+` ORDER BY due_at, request LIMIT `+strconv.Itoa(QueueMost), db.Args(ids)...); err != nil {
			return err
		}
		items, err := s.items(v, cs)
		if err != nil {
			return err
		}
		for _, it := range items {
			out.Cases = append(out.Cases, Stray{it, names[it.Office]})
		}
		things, err := s.keptAt(v, ids)
		for _, k := range things {
			out.Things = append(out.Things, Unattended{k, names[k.Keeper()]})
		}
		return err
	})
	return out, err
}

// managed lists where a member manages staff.
func managed(q db.Q, who civic.StaffID) ([]civic.Division, error) {
	m, err := staff.Read(q, who)
	var out []civic.Division
	for _, p := range m.Roles {
		if p.Role.May(civic.MayManageStaff) {
			out = append(out, p.Division)
		}
	}
	return out, err
}

// unmanned lists the offices of divisions that have cases to do, papers or sums, and
// nobody who may see to them.
func unmanned(q db.Q, within []civic.Division) ([]place.Office, error) {
	cond, args := working(1)
	where := ""
	for _, d := range within {
		where += ` OR o.division >= $` + strconv.Itoa(len(args)+1) + ` AND o.division < $` + strconv.Itoa(len(args)+2)
		args = append(args, d, string(d)+"~")
	}
	var out []place.Office
	err := q.Select(&out, `WITH busy AS (SELECT office FROM casework WHERE `+notEnded+` UNION SELECT office FROM casework_custody WHERE state IN ('told', 'held')
			UNION SELECT towards FROM casework_custody WHERE state = 'sent')
		SELECT o.id, o.name, o.division FROM busy JOIN office o ON o.id = busy.office WHERE (`+where[len(" OR "):]+`)
		AND NOT EXISTS (SELECT 1 FROM staff m JOIN staff_role r ON r.staff = m.id WHERE m.office = o.id AND `+cond+`) ORDER BY o.id LIMIT 200`, args...)
	return out, err
}

// Redirect puts a case of an office where nobody works into the queue of another.
func (s *Service) Redirect(ctx context.Context, actor civic.Actor, id civic.RequestID, to civic.OfficeID, reason string) error {
	reason, err := words(reason, errTransfer.On("reason"))
	if err != nil {
		return err
	}
	return s.act(ctx, actor, id, func(_ db.Q, c Case) (civic.Need, error) { return strayNeed(c), nil }, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		at, err := workers(tx, c.Office)
		if err != nil {
			return journal.Event{}, err
		}
		if len(at) > 0 {
			return journal.Event{}, errManned
		}
		return s.move(tx, c, to, reason, ActRedirected)
	})
}
