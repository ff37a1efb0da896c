package request_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/catalog"
	"yinqiao/request"
)

// Every service of this release ends in a read-back on each channel, whatever is
// answered: nobody is trapped by a question.
func TestNoServiceOfThisReleaseTrapsAnybodyOnAnyChannel(t *testing.T) {
	t.Parallel()
	defs, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(defs).Draw(t, "service")
		opts := request.Options{"offices:hospital": options(rapid.IntRange(1, 5).Draw(t, "hospitals")), "home": options(rapid.IntRange(0, 1).Draw(t, "homes"))}
		for _, q := range d.Questions {
			if _, ok := opts[q.Source]; !ok && q.Source != "" {
				opts[q.Source] = options(rapid.IntRange(0, 3).Draw(t, q.Source))
			}
		}
		w := &wishes{t, map[string][]string{}}
		for name, walk := range map[string]renderer{"page": byPage, "form": byForm, "keys": byKeys, "JSON": byJSON} {
			_, end := walk(t, d, opts, w)
			if end.Review == nil && end.Human == "" {
				t.Fatalf("%s on %s ends in %+v", d.Service, name, end)
			}
		}
	})
	// Where there is no hospital, a human takes over instead of an empty list.
	i := slices.IndexFunc(defs, func(d *catalog.Definition) bool { return d.Service == "report-post" })
	if s := request.Next(defs[i], nil, facts(request.Options{"offices:hospital": {}, "home": {}})); s.Human == "" {
		t.Errorf("without a hospital: %+v", s)
	}
}
