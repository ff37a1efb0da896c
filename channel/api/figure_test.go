package api_test

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		s.ids["figure"], s.of["figures"] = "offline-share", w.tokens["admin"]
	})
}
