package staff

import (
	"testing"
	"time"
)

func TestAPINThatIsEasyToGuessIsRefused(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for _, pin := range []string{"", "12345", "1234567", "12345a", "123456", "654321", "000000", "111111", "121212", "123123", "890123", "210987", "580314", "140358", "195803"} {
		if goodPIN(pin, now) {
			t.Errorf("%q is taken", pin)
		}
	}
	for _, pin := range []string{"739164", "905271", "862940"} {
		if !goodPIN(pin, now) {
			t.Errorf("%q is refused", pin)
		}
	}
}

func TestTheLimitsNameTheirSourceAndVersion(t *testing.T) {
	t.Parallel()
	if limits.Version < 1 || limits.Source == "" || limits.PINTries < 3 || limits.EnrolMinutes < 1 || limits.PasswordTries < 3 || limits.DutyMostHours < 1 {
		t.Errorf("%+v", limits)
	}
}
