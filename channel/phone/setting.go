package phone

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"

	"yinqiao/channel/phone/line"
	"yinqiao/civic"
	"yinqiao/ruledata"
)

// Settings is the file in which an installation describes its line.
type Settings struct {
	Listen    string         `yaml:"listen"`    // host:port of SIP, UDP and TCP
	Advertise string         `yaml:"advertise"` // our address, as the trunk reaches it
	Ports     [2]uint16      `yaml:"ports"`     // of the sound, the first and the last
	Trunk     []string       `yaml:"trunk"`     // CIDRs from where calls are taken
	Numbers   []string       `yaml:"numbers"`   // that are ours
	Division  civic.Division `yaml:"division"`  // where whoever is not known is taken to live
	Out       *OutSetting    `yaml:"out"`       // where calls go out
	Browsers  string         `yaml:"browsers"`  // host:port of the sound of operators' browsers, UDP
	Phones    []string       `yaml:"phones"`    // CIDRs from where desk phones may register
	Desks     []DeskSetting  `yaml:"desks"`     // the desk phones
	Most      int            `yaml:"most"`      // calls at once
	EachHour  int            `yaml:"each_hour"` // calls of one number in an hour
	AtOnce    int            `yaml:"at_once"`   // calls of one number at once

	// WithheldHour is how many calls without a number are taken in an hour of all that come from one address.
	WithheldHour int `yaml:"withheld_hour"`

	line line.Config
}

// OutSetting is the trunk that calls go out by.
type OutSetting struct {
	Addr         string `yaml:"addr"`
	TCP          bool   `yaml:"tcp"`
	From         string `yaml:"from"`
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
}

// DeskSetting is a desk phone. Its secret lies in a file of its own.
type DeskSetting struct {
	Extension  string `yaml:"extension"`
	SecretFile string `yaml:"secret_file"`
}

type secrets map[string]string

// Secret implements line.Secrets.
func (s secrets) Secret(_ context.Context, extension string) (string, error) {
	return s[extension], nil
}

// ReadSettings reads the file; secrets lie beside it or where it says. What is missing is said
// with the file's name and never with a secret.
func ReadSettings(file string) (*Settings, error) {
	var s Settings
	secret, err := ruledata.Installed(file, &s)
	if err != nil {
		return nil, err
	}
	fail := func(format string, args ...any) (*Settings, error) {
		return nil, fmt.Errorf("%s: %s", file, fmt.Sprintf(format, args...))
	}
	c := &s.line
	c.Addr, c.Ports, c.Numbers, c.Browsers, c.Most, c.EachHour = s.Listen, s.Ports, s.Numbers, s.Browsers, s.Most, s.EachHour
	c.Withheld, c.AtOnce = s.WithheldHour, s.AtOnce
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return fail("listen is a host and a port, for example 0.0.0.0:5060")
	}
	if c.Trunk, err = ruledata.Networks(s.Trunk); err != nil {
		return fail("trunk: %v", err)
	}
	if len(c.Trunk) == 0 {
		return fail("trunk names the networks from where calls are taken, for example 198.51.100.0/24; without it nobody can call")
	}
	if s.Division == "" {
		return fail("division is where callers whom nobody knows are taken to live, for example 140105")
	}
	if s.Ports[0] > s.Ports[1] || s.Ports[0] == 0 && s.Ports[1] != 0 {
		return fail("ports are the first and the last of the sound, for example [16384, 17383]")
	}
	if most := cmp.Or(s.Most, rules.Most) + len(s.Desks); s.Ports[0] != 0 && (int(s.Ports[1])-int(s.Ports[0])+1)/2 < most {
		return fail("ports are too few: each call has two, and %d calls and desk phones need %d; name more ports, or a smaller most", most, 2*most)
	}
	if c.Phones, err = ruledata.Networks(s.Phones); err != nil {
		return fail("phones: %v", err)
	}
	if s.Advertise != "" {
		if c.Advertise, err = netip.ParseAddr(s.Advertise); err != nil {
			return fail("advertise is an address: %v", err)
		}
	}
	if o := s.Out; o != nil {
		at, err := netip.ParseAddrPort(o.Addr)
		if err != nil || o.From == "" {
			return fail("out needs addr, an address and a port, and from, the number that is shown")
		}
		password, err := secret(o.PasswordFile)
		if err != nil {
			return nil, err
		}
		c.Out = line.Out{Addr: at, TCP: o.TCP, From: o.From, User: o.User, Password: password}
	}
	all := secrets{}
	for i, d := range s.Desks {
		word, err := secret(d.SecretFile)
		if err != nil {
			return nil, err
		}
		if d.Extension == "" || word == "" || all[d.Extension] != "" {
			return fail("desk %d needs an extension of its own and a secret_file", i+1)
		}
		all[d.Extension] = word
	}
	c.Secrets = all
	return &s, nil
}

// Loopback is a line that this machine alone can call, for a demonstration.
func Loopback(division civic.Division, addr string) *Settings {
	all := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	return &Settings{Listen: addr, Division: division, line: line.Config{Addr: addr, Trunk: all, Phones: all, Secrets: secrets{}, Browsers: "127.0.0.1:0"}}
}

// Lacks says what a line of these settings can't do, in sentences for whoever installs it.
func (s *Settings) Lacks() []string {
	var out []string
	if s.Out == nil {
		out = append(out, "没有写明从哪里打出去（out）：不能给人回电话，也不能用电话通知。")
	}
	if s.Browsers == "" && len(s.Desks) == 0 {
		out = append(out, "没有写明话务员用什么接电话（browsers 或者 desks）：接不了电话，只能答应回电话。")
	}
	if len(s.Numbers) == 0 {
		out = append(out, "没有写明自己的号码（numbers）：打到这条线上的什么号码都接。")
	}
	return out
}
