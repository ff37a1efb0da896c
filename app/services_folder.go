package app

import (
	"context"
	"os"
	"slices"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
)

// folderEvery is how often the folder of an office's services is looked at.
const folderEvery = 5 * time.Second

// servicesFolder is a folder of an office: definitions that are dropped into it go
// live without a restart.
type servicesFolder struct {
	app  *App
	dir  string
	said map[string]bool // remarks that are in the log already
}

// watchServices looks at the folder until ctx ends.
func (a *App) watchServices(ctx context.Context, dir string) {
	f := &servicesFolder{a, dir, map[string]bool{}}
	tick := time.NewTicker(folderEvery)
	defer tick.Stop()
	for {
		f.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look publishes what is new in the folder. A broken file is refused with its
// reason in the log, once; the others go live all the same, and what was live stays.
func (f *servicesFolder) look(ctx context.Context) {
	ok, remarks, err := catalog.Review(os.DirFS(f.dir))
	if err != nil {
		f.say("the folder of services can't be read", err.Error())
		return
	}
	for _, r := range remarks {
		if !r.Warning {
			f.say("a service definition is refused", r.String())
		}
	}
	newest, err := f.app.Catalog.Newest(ctx)
	if err != nil {
		f.say("services can't be read", err.Error())
		return
	}
	for _, d := range ok {
		if !slices.ContainsFunc(d.Divisions, func(div civic.Division) bool {
			return d.Version > newest[catalog.Spot{Service: d.Service, Division: div}]
		}) {
			continue // known: a change wants a higher version, so that drafts can follow
		}
		if err := f.app.Catalog.Publish(ctx, civic.System("services"), d); err != nil {
			f.say("a service definition is refused", d.Service+": "+err.Error())
			continue
		}
		f.app.Log.Info("a service went live", "service", d.Service, "version", d.Version, "hash", d.Hash)
	}
}

func (f *servicesFolder) say(what, why string) {
	if !f.said[why] {
		f.said[why] = true
		f.app.Log.Warn(what, "dir", f.dir, "why", why)
	}
}
