package phone_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinqiao/channel/phone"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/speech"
)

const whole = `
listen: 127.0.0.1:5060
ports: [16384, 17383]
trunk: [198.51.100.0/28, 203.0.113.9]
numbers: ["95128"]
division: "140105"
out: {addr: "198.51.100.2:5060", from: "95128", user: yinqiao, password_file: trunk.secret}
browsers: 0.0.0.0:16000
phones: [10.20.0.0/16]
desks: [{extension: "801", secret_file: 801.secret}]
`

func TestALineIsReadAndWhatIsMissingIsSaidWithoutASecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"trunk.secret": "hemlock-trunk", "801.secret": "hemlock-desk"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(text string) (*phone.Settings, error) {
		file := filepath.Join(dir, "phone.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return phone.ReadSettings(file)
	}
	s, err := read(whole)
	if err != nil || len(s.Lacks()) != 0 {
		t.Fatalf("%v, %v", s.Lacks(), err)
	}
	for what, change := range map[string][2]string{
		"listen":                {"127.0.0.1:5060", "nowhere"},
		"trunk":                 {"trunk: [198.51.100.0/28, 203.0.113.9]", "trunk: []"},
		"trunk:":                {"203.0.113.9", "the trunk"},
		"division":              {`division: "140105"`, ""},
		"ports":                 {"[16384, 17383]", "[17383, 16384]"},
		"out needs":             {`from: "95128", user`, `user`},
		"desk 1":                {`extension: "801", `, ""},
		"unknown field":         {"numbers:", "telephone-numbers:"},
		"no such file":          {"801.secret", "802.secret"},
		"desk 2 needs an exten": {`desks: [{`, `desks: [{extension: "801", secret_file: 801.secret}, {`},
	} {
		_, err := read(strings.Replace(whole, change[0], change[1], 1))
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("without %s: %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), "hemlock") {
			t.Errorf("a secret is told: %v", err)
		}
	}
	bare, err := read("listen: 127.0.0.1:5060\ntrunk: [127.0.0.1]\ndivision: \"14\"\n")
	if err != nil || len(bare.Lacks()) != 3 {
		t.Errorf("%v, %v", bare.Lacks(), err)
	}
}

func TestAStopAfterAStopIsSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite), speech.NewEspeak(""))
	if !w.say.Available() {
		t.Skip("espeak-ng is not installed")
	}
	sounds, err := phone.Sounds(t.Context(), w.say, "好。。\n？", speech.Style{})
	if err != nil || len(sounds) != 4 {
		t.Errorf("%d sounds, %v", len(sounds), err)
	}
}
