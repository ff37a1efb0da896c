package app

import (
	"context"
	"fmt"
	"time"

	"yinqiao/app/demo"
	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/staff"
)

// DemoPassword is every demonstration account's. It exists with --demo only, and
// the sign-in page shows it there.
const DemoPassword = "yinqiao-demo"

// DemoSeed makes every demonstration the same, so that guides can name people;
// DemoPeople is how many there are.
const (
	DemoSeed   = 20210628
	DemoPeople = 500
)

// DemoStreets are where the people of the demonstration live: the streets of one
// district in Taiyuan and one in Hangzhou.
func DemoStreets() []civic.Division {
	var streets []civic.Division
	for _, d := range place.Divisions() {
		if d.Level == place.LevelStreet && (d.Parent == "140105" || d.Parent == "330106") {
			streets = append(streets, d.Code)
		}
	}
	return streets
}

// SeedDemo fills an empty installation with fictional people, offices and staff.
// It does nothing where there is an office already.
func (a *App) SeedDemo(ctx context.Context) error {
	r, err := a.DB.Read(ctx)
	if err != nil {
		return err
	}
	var n int
	if err := r.Get(&n, `SELECT COUNT(*) FROM office`); err != nil || n > 0 {
		return err
	}
	seats, err := a.seedOffices(ctx)
	if err != nil {
		return fmt.Errorf("demo offices: %w", err)
	}
	more, err := a.seedPlaces(ctx)
	if err != nil {
		return fmt.Errorf("demo places: %w", err)
	}
	if err := a.seedBookings(ctx); err != nil {
		return fmt.Errorf("demo bookings: %w", err)
	}
	members, err := a.seedStaff(ctx, append(seats, more...))
	if err != nil {
		return fmt.Errorf("demo staff: %w", err)
	}
	// People came yesterday, with grants of which they were told a month ago, and have been told of
	// something since.
	past, clock, err := a.yesterday()
	if err != nil {
		return err
	}
	ps := demo.People(DemoSeed, DemoPeople, DemoStreets())
	ids, err := past.seedPeople(ctx, ps)
	if err != nil {
		return fmt.Errorf("demo people: %w", err)
	}
	past.flows()
	clock.at = clock.at.Add(30 * time.Minute)
	if err := past.seedMessages(ctx, clock, ps, ids, members); err != nil {
		return fmt.Errorf("demo messages: %w", err)
	}
	if err := a.seedLedger(ctx); err != nil {
		return fmt.Errorf("demo ledger: %w", err)
	}
	return a.seedEligibility(ctx, ps)
}

// seat is a place where staff of the demonstration may sit.
type seat struct {
	kind string
	id   civic.OfficeID
	div  civic.Division
}

func (a *App) seedOffices(ctx context.Context) ([]seat, error) {
	var seats []seat
	for _, o := range demo.Offices() {
		id, err := a.Place.Open(ctx, civic.System("demo"), place.Office{Kind: o.Kind, Name: o.Name, Division: o.Division, Address: o.Address, Phone: o.Phone, Hours: o.Hours,
			Can: demo.Furnishings[o.Kind].Can, Cannot: demo.Furnishings[o.Kind].Cannot})
		if err != nil {
			return nil, err
		}
		if err := a.furnish(ctx, id, demo.Furnishings[o.Kind]); err != nil {
			return nil, err
		}
		seats = append(seats, seat{o.Kind, id, o.Division})
	}
	return seats, nil
}

func (a *App) seedStaff(ctx context.Context, seats []seat) (map[string]civic.StaffID, error) {
	sys, out := civic.System("demo"), map[string]civic.StaffID{}
	for _, m := range demo.Staff() {
		h := staff.Hire{Login: m.Login, Name: m.Name, Password: DemoPassword, WithoutTOTP: true}
		for _, s := range seats {
			if h.Office == "" && s.kind == m.OfficeKind && m.Division.Covers(s.div) {
				h.Office = s.id
			}
		}
		for _, r := range m.Roles {
			h.Posts = append(h.Posts, staff.Post{Role: staff.Role(r), Division: m.Division})
		}
		hired, err := a.Staff.Hire(ctx, sys, h)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Login, err)
		}
		out[m.Login] = hired.ID
	}
	return out, nil
}

var demoRelations = map[string]string{"daughter": "女儿", "son": "儿子", "daughter_in_law": "儿媳", "son_in_law": "女婿",
	"granddaughter": "孙女", "grandson": "孙子", "neighbour": "邻居"}

func (a *App) seedPeople(ctx context.Context, ps []demo.Person) ([]civic.PersonID, error) {
	sys := civic.System("demo")
	ids := make([]civic.PersonID, len(ps))
	for i, p := range ps {
		in := people.Registration{Name: p.Name, Sex: people.Sex(p.Sex), Birth: p.Birth, Division: p.Street, Address: p.Address, Distinct: true,
			Credentials: []people.Card{{Kind: people.KindResidentID, Number: p.ResidentID}}}
		for _, c := range []people.Card{{Kind: people.KindSeniorCard, Number: p.SeniorCard}, {Kind: people.KindSocialSecurity, Number: p.SocialSecurityCard},
			{Kind: people.KindTransitCard, Number: p.TransitCard}, {Kind: people.KindParkCard, Number: p.ParkCard}} {
			if c.Number != "" {
				in.Credentials = append(in.Credentials, c)
			}
		}
		if p.Mobile != "" {
			in.Phones = []people.Phone{{Number: p.Mobile, Whose: p.MobileOwner}}
		}
		id, err := a.People.Register(ctx, sys, in)
		if err != nil {
			return nil, fmt.Errorf("person %d: %w", i, err)
		}
		ids[i] = id
		if p.AgentOf >= 0 {
			g := grant.Grant{Person: ids[p.AgentOf], Agent: id, Relation: demoRelations[p.Relation], Services: "*",
				Starts: a.Journal.Now().AddDate(0, -1, 0), GivenHow: "demonstration"}
			if p.Relation == "neighbour" { // whoever is not family is bound
				end := a.Journal.Now().AddDate(0, 10, 0)
				g.Services, g.Ends = "@health", &end
			}
			if _, err := a.Grant.Give(ctx, sys, g); err != nil {
				return nil, fmt.Errorf("grant %d: %w", i, err)
			}
		}
	}
	return ids, nil
}
