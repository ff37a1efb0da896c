package fhir_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
)

func TestAPublicClientLibraryBooksAndCancels(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat("client/node_modules/fhir-kit-client")
	}
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Node or fhir-kit-client is missing: run make deps: ", err)
		}
		t.Skip("Node or fhir-kit-client is missing: run make deps")
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		server := httptest.NewServer(w.handler)
		defer server.Close()
		cmd := exec.CommandContext(t.Context(), node, "drive.mjs")
		cmd.Dir = "client"
		cmd.Env = append(os.Environ(), "BASE="+server.URL+"/fhir", "TOKEN="+w.clerk, "OTHER="+w.session(apptest.AsPerson(w.Taiyuan.Daughter)), "SCHEDULE="+w.doctor,
			"PATIENT="+string(w.Taiyuan.Elder), "ID_NUMBER="+w.Taiyuan.ElderID)
		cmd.Stderr = &testLog{t}
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var done struct {
			Cancelled []civic.RequestID
			Booked    civic.RequestID
		}
		w.ok(json.Unmarshal(out, &done))
		states := map[civic.RequestID]booking.State{done.Booked: booking.Booked}
		for _, id := range done.Cancelled {
			states[id] = booking.Cancelled
		}
		if len(states) != 3 {
			t.Fatalf("%s", out)
		}
		for id, want := range states {
			f, err := w.Booking.Read(t.Context(), apptest.AsPerson(w.Taiyuan.Elder), id)
			w.ok(err)
			if f.State != want || f.Booking.Channel != civic.ChannelAPI {
				t.Errorf("%s is %s by %s, want %s", id, f.State, f.Booking.Channel, want)
			}
		}
	})
}

// testLog writes what a program says to the log of a test.
type testLog struct{ t *testing.T }

func (l *testLog) Write(p []byte) (int, error) {
	l.t.Logf("%s", p)
	return len(p), nil
}
