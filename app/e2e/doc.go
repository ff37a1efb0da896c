// Package e2e holds the tests that walk the whole platform as its people do: in
// Chromium, over the API, and with the server killed under load.
package e2e
