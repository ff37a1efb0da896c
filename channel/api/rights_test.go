package api_test

import "maps"

func init() {
	moreSamples = append(moreSamples, func(_ *world, s *sample) {
		maps.Copy(s.bodies, map[string]map[string]any{
			"people-consent": {"purpose": "family-copy", "version": 1, "how": "face_to_face", "by": "self"},
			"people-erase":   {"reason": "本人要求"},
		})
	})
}
