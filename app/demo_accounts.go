package app

import (
	"context"
	"fmt"

	"yinqiao/app/demo"
	"yinqiao/channel/web"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/staff"
)

// demoAccounts lists whom a visitor may be, in a demonstration only: every
// member of staff, and some older people and relatives who hold grants.
func (a *App) demoAccounts() *web.Demo {
	if !a.Config.Demo {
		return nil
	}
	d := &web.Demo{Password: DemoPassword}
	for _, m := range append(demo.Staff(), demo.LedgerStaff()...) {
		words := m.Name
		for _, r := range m.Roles {
			words += " · " + staff.Role(r).Words()
		}
		city := "太原"
		switch {
		case m.Division == "14" || m.Division == "33":
			city = place.DivisionName(m.Division)
		case civic.Division("33").Covers(m.Division):
			city = "杭州"
		}
		d.Staff = append(d.Staff, web.DemoAccount{Login: m.Login, Words: city + " " + words})
	}
	d.Outbox = func(ctx context.Context, before string) ([]notify.Shown, error) {
		return notify.Outbox(ctx, a.Notify, before)
	}
	elders, err := a.demoElders(context.Background())
	if err != nil {
		a.Log.Error("demo accounts", "err", err)
	}
	d.Elders = elders
	return d
}

// demoElders picks, in each city, two older people and two relatives,
// and the woman with all the cards.
func (a *App) demoElders(ctx context.Context) ([]web.DemoAccount, error) {
	var out []web.DemoAccount
	err := a.Journal.Look(ctx, civic.System("demo"), func(v *journal.View) error {
		for _, city := range []civic.Division{"1401", "3301"} {
			var rows []struct {
				Elder, Agent people.Person
				Relation     string
			}
			if err := v.Select(&rows, `SELECT e.id AS "elder.id", e.name AS "elder.name", e.sex AS "elder.sex", e.birth AS "elder.birth", e.division AS "elder.division",
				p.id AS "agent.id", p.name AS "agent.name", p.sex AS "agent.sex", p.birth AS "agent.birth", p.division AS "agent.division", g.relation
				FROM proxy_grant g JOIN person e ON e.id = g.person JOIN person p ON p.id = g.agent
				WHERE e.division >= $1 AND e.division < $2 AND g.state = 'active' ORDER BY g.id LIMIT 2`, city, string(city)+"~"); err != nil {
				return err
			}
			for _, r := range rows {
				out = append(out,
					web.DemoAccount{Login: string(r.Elder.ID), Words: fmt.Sprintf("%s，%d岁", r.Elder.Name, r.Elder.Age(v.Now))},
					web.DemoAccount{Login: string(r.Agent.ID), Words: fmt.Sprintf("%s，%s的%s", r.Agent.Name, r.Elder.Name, r.Relation)})
			}
		}
		// And the woman who has every kind of card.
		var cards []people.Person
		if err := v.Select(&cards, `SELECT p.id, p.name, p.sex, p.birth, p.division FROM credential c JOIN person p ON p.id = c.person
			WHERE c.kind = $1 ORDER BY c.id LIMIT 1`, people.KindParkCard); err != nil {
			return err
		}
		for _, p := range cards {
			out = append(out, web.DemoAccount{Login: string(p.ID), Words: fmt.Sprintf("%s，%d岁，有五张卡", p.Name, p.Age(v.Now))})
		}
		return nil
	})
	return out, err
}
