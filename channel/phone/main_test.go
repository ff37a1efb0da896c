package phone_test

import (
	"flag"
	"os"
	"testing"
)

// Calls take their time and hardly any of the processor's: many are made at once.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
