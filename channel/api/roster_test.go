package api_test

import (
	"maps"

	"yinqiao/civic"
	"yinqiao/people"
)

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		if w.roster == "" {
			id, err := w.rooms.People.BringRoster(w.ctx(), civic.System("test"), people.RosterFile{Name: "名单.csv", Division: "140105001", Bytes: []byte("姓名,老年证号\n冯桂兰,SN0000000088\n")})
			w.ok(err)
			w.roster = id
		}
		s.ids["roster"], s.of["rosters"] = w.roster, w.tokens["admin"]
		maps.Copy(s.bodies, map[string]map[string]any{
			"rosters-bring": {"file": "名单.csv", "division": "140105001", "text": "姓名,老年证号\n冯桂兰,SN0000000088\n"},
			"rosters-check": {"columns": []any{"name", "senior_card"}},
			"rosters-enter": {"alike": false},
		})
	})
}
