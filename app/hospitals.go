package app

import (
	"yinqiao/engine/booking"
	"yinqiao/engine/booking/external"
	"yinqiao/engine/booking/external/sim"
)

// demoHospital is the register by which a department of the demonstration is confirmed: it
// runs in the program and agrees to everything.
const demoHospital = "demo-hospital"

// hospitals connects the registers that the file of the installation names. A demonstration
// has one that is simulated.
func (a *App) hospitals() error {
	systems := map[string]booking.External{}
	a.hearers = map[string]string{}
	if a.Config.Demo {
		systems[demoHospital] = &sim.Hospital{}
	}
	if a.Config.Hospitals != "" {
		all, err := external.ReadSettings(a.Config.Hospitals)
		if err != nil {
			return err
		}
		for _, s := range all {
			systems[s.Name], a.hearers[s.Name] = s.Open(), s.AnswerSecret
		}
	}
	a.Booking.Asks(systems)
	return nil
}
