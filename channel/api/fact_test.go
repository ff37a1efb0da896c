package api_test

import "maps"

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		maps.Copy(s.bodies, map[string]map[string]any{
			"people-tag":         {"kind": "alone", "source": "入户走访", "from": "2026-11-01"},
			"people-untag":       {"reason": "儿子回来了"},
			"people-contact-add": {"number": "12688880004", "whose": "孙女", "answers": "李小梅", "emergency": true},
			"people-join":        {"card": strangerID, "since": "2026-11-01"},
			"people-prefer":      {"hearing": "hard"},
			"people-birth":       {"birth": "1944-12-02", "source": "退休审批表"},
			"people-correct":     {"village": "老村", "reason": "登记错了", "evidence": "community_paper"},
		})
	})
}
