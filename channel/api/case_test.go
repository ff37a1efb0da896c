package api_test

import "maps"

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		s.ids["thing"], s.ids["absence"] = "none", "none"
		s.of["strays"] = w.tokens["admin"]
		reason := map[string]any{"office": w.hospital, "reason": "归他们办"}
		maps.Copy(s.bodies, map[string]map[string]any{
			"cases-assign":    {"to": "nobody"},
			"cases-ask":       {"ask": "请补交检查单"},
			"cases-answer":    {"answer": "检查单在女儿那里"},
			"cases-transfer":  reason,
			"strays-redirect": reason,
			"cases-extend":    {"days": 3, "reason": "病理要等外院"},
			"cases-reject":    {"reason": "报告还没出", "next": "下周二以后再申请"},
			"cases-try":       {"note": "下午打了电话，没人接"},
			"cases-appeal":    {"why": "上周就说出了"},
			"queue-hand-over": {"to": "nobody"},
			"queue-batch":     {"step": "take", "requests": []any{s.ids["request"]}},
			"absences-create": {"staff": "nobody", "cover": "nobody", "from": "2026-11-23T08:00:00+08:00", "until": "2026-11-25T18:00:00+08:00"},
			"things-hand-in":  {"kind": "paper", "what": "低保证"},
			"things-bill":     {"what": "检查费", "fen": 32650},
			"things-pay":      {"how": "儿子用银行卡转账"},
		})
	})
}
