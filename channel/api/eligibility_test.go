package api_test

import "maps"

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		s.of["eligibility"] = w.tokens["clerk"]
		maps.Copy(s.bodies, map[string]map[string]any{
			"eligibility-bring": {"benefit": "pension", "text": "身份证号,认证到期日\nSN0000000088,2027-10-31\n"},
		})
	})
}
