package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yinqiao/app/demo"
	"yinqiao/civic"
	"yinqiao/engine/eligibility"
)

// seedEligibility brings, to each social security office of the demonstration, a list
// of who draws a pension there, and one of who saw a doctor lately.
func (a *App) seedEligibility(ctx context.Context, ps []demo.Person) error {
	sys, today := civic.System("demo"), a.Journal.Now().In(civic.Shanghai)
	on := func(days int) string { return today.AddDate(0, 0, days).Format(time.DateOnly) }
	offices, err := a.demoOffices(ctx, demo.KindSocialSecurity)
	if err != nil {
		return err
	}
	for _, o := range offices {
		roll, seen := []string{"身份证号,认证到期日"}, []string{"身份证号,日期"}
		for i, p := range ps {
			if i < demoDrawFrom || !p.Older() || !o.Division.County().Covers(p.Street) || len(roll) > demoDraw {
				continue
			}
			switch len(roll) % 3 {
			case 0: // is good for long
				roll = append(roll, p.ResidentID+","+on(200))
			case 1: // is due, and the data find them
				roll, seen = append(roll, p.ResidentID+","+on(30)), append(seen, p.ResidentID+","+on(-20))
			default: // is due, and sometimes nothing finds them
				if roll = append(roll, p.ResidentID+","+on(40)); len(roll)%2 == 0 {
					seen = append(seen, p.ResidentID+","+on(-50))
				}
			}
		}
		for _, list := range []struct {
			source string
			lines  []string
		}{{"", roll}, {"hospital", seen}} {
			if len(list.lines) < 2 {
				continue
			}
			if _, err := a.Eligible.Bring(ctx, sys, eligibility.Batch{Office: o.ID, Benefit: "pension", Source: list.source, Bytes: []byte(strings.Join(list.lines, "\n"))}); err != nil {
				return fmt.Errorf("%s: %w", o.Name, err)
			}
		}
	}
	return a.Eligible.AskDue(ctx, eligibility.Ask{})
}

// demoDraw is how many draw a pension at each office; demoDrawFrom is the first of the
// people who may, after those whom a visitor can be.
const (
	demoDraw     = 30
	demoDrawFrom = 30
)
