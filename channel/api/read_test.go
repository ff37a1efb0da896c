package api_test

import (
	"yinqiao/civic"
	"yinqiao/staff"
)

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		if w.tokens["reader"] == "" {
			_, token, err := w.rooms.Staff.EnrolDevice(w.ctx(), civic.System("test"), staff.Device{Kind: staff.Reader, Name: "窗口读卡器", Office: w.hospital})
			w.ok(err)
			w.tokens["reader"] = token
		}
		s.of["reads"] = w.tokens["reader"]
		s.bodies["reads-create"] = map[string]any{"kind": "senior_card", "number": "SN0000000001"}
	})
}
