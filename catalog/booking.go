package catalog

// Booking says how a request becomes a place at a time.
type Booking struct {
	// Session is the question whose answer is the session that is booked.
	Session string `yaml:"session" json:"session"`
	// Kind is the kind of what is booked, as offices enter it: clinic, venue, class.
	Kind string `yaml:"kind" json:"kind"`
	// Limits bound how much one person may have.
	Limits []Limit `yaml:"limits" json:"limits,omitempty"`
}

// Limit bounds how many places one person may have at once.
type Limit struct {
	Per    string `yaml:"per" json:"per"` // day: on the day of the session; ahead: of those still to come
	Of     string `yaml:"of" json:"of"`   // session, resource, department, office or service
	Most   int    `yaml:"most" json:"most"`
	Source string `yaml:"source" json:"source"` // who says so
}

// Engine names the engine that fulfils the service.
func (d *Definition) Engine() string {
	if d.Booking != nil {
		return "booking"
	}
	return "casework"
}

func (d *Definition) checkBooking(bad complain) {
	b := d.Booking
	if b == nil {
		return
	}
	if q := d.Question(b.Session); q == nil || q.Kind != Session || q.Source == "" || q.When != nil || q.Optional {
		bad("booking.session", "“%s”要是一个 session 类的问题，有选项来源，总要问、总要答", b.Session)
	}
	if !plainName(b.Kind) {
		bad("booking.kind", "“%s”不对；要写约的是什么，和单位登记的一样：clinic、venue、class", b.Kind)
	}
	for i, l := range b.Limits {
		if !limitPer[l.Per] || !limitOf[l.Of] || l.Most < 1 || l.Most > 100 || l.Source == "" {
			bad("booking.limits", "第%d条：per 写 day 或者 ahead；of 写 session、resource、department、office 或者 service；most 是1到100；要有 source", i+1)
		}
	}
}

var (
	limitPer = map[string]bool{"day": true, "ahead": true}
	limitOf  = map[string]bool{"session": true, "resource": true, "department": true, "office": true, "service": true}
)
