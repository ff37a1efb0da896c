package app

import "context"

// LookInto is a look into the folder of an office's services, as the server takes it
// every few seconds.
func LookInto(a *App, dir string) func(context.Context) {
	return (&servicesFolder{a, dir, map[string]bool{}}).look
}
