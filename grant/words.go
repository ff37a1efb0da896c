package grant

import (
	"fmt"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
)

// day says a day in full: 2027年12月31日.
func day(t time.Time) string { return t.In(civic.Shanghai).Format("2006年1月2日") }

// lasts says from when until when a grant is good. A day that ends at midnight is
// said as the day before.
func lasts(g Grant) string { return g.UntilWords() }

// UntilWords says until when a grant holds, the last day included.
func (g Grant) UntilWords() string {
	if g.Ends == nil {
		return "一直有效，直到停掉"
	}
	return "到" + day(g.Ends.Add(-time.Second)) + "为止"
}

// may says for what a grant is.
func (s *Service) may(q db.Q, services string) (string, error) {
	if services == "*" {
		return "什么事都能办", nil
	}
	titles, err := s.c.Titles(q)
	if err != nil {
		return "", err
	}
	var out []string
	for _, name := range strings.Fields(services) {
		if group, is := strings.CutPrefix(name, "@"); is {
			out = append(out, s.c.GroupWords(group)+"类的事")
		} else if titles[name] != "" {
			out = append(out, titles[name])
		} else {
			out = append(out, name)
		}
	}
	return strings.Join(out, "、"), nil
}

// says is what is read to the person: who, what, until when, and the question.
func says(g Grant, agent, may string) string {
	who := fmt.Sprintf("您的%s%s", g.Relation, agent)
	if g.AgentKind == "role" {
		who = agent
	}
	if g.State == "asked" {
		return fmt.Sprintf("%s想替您办事，能办的是：%s，%s。您同意吗？", who, may, lasts(g))
	}
	return fmt.Sprintf("有人登记了一份委托：让%s替您办事，能办的是：%s，%s。这是您同意的吗？", who, may, lasts(g))
}

// ReadBack is the sentence that an operator reads to the person before a grant
// given by phone is entered.
func (s *Service) readBack(q db.Q, g Grant, agent string) (string, error) {
	may, err := s.may(q, g.Services)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("您要让%s%s替您办事，能办的是：%s，%s，对吗？", g.Relation, agent, may, lasts(g)), nil
}
