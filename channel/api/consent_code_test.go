package api_test

import (
	"maps"
	"regexp"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func init() {
	moreSamples = append(moreSamples, func(_ *world, s *sample) {
		maps.Copy(s.bodies, map[string]map[string]any{"people-consent-code": {"purpose": "share-doctor", "version": 1}})
	})
}

func TestAConsentCodeIsAskedForAndReadBackByTheAPIAndNeverAnswered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		clerk, at := w.tokens["clerk"], "/people/"+string(w.elder)
		w.do(clerk, "POST", at+"/open", map[string]any{"reason": "电话里问"})
		sent := w.do(clerk, "POST", at+"/consents/code", map[string]any{"purpose": "share-doctor", "version": 1})
		sent.want(t, 204)
		if regexp.MustCompile(`[0-9]{6}`).MatchString(sent.raw) {
			t.Errorf("the code is in the answer: %s", sent.raw)
		}
		give := map[string]any{"purpose": "share-doctor", "version": 1, "how": "voice", "by": "self", "code": "12"}
		w.do(clerk, "POST", at+"/consents", give).problem(t, 422, "consent_code.form")
		grant := w.do(clerk, "POST", at+"/grants", map[string]any{"agent": w.stranger, "relation": "邻居", "services": []any{"report-post"}, "how": "phone", "read_back": "念过了",
			"ends": "2027-05-01T00:00:00+08:00"}).want(t, 201).text("grant")
		w.do(clerk, "POST", at+"/grants/"+grant+"/code", nil).want(t, 204)
		w.do(clerk, "POST", at+"/grants/"+grant+"/answer", map[string]any{"outcome": "agreed_read", "code": "12"}).problem(t, 422, "consent_code.form")
		w.do(w.session(w.stranger), "POST", at+"/grants/"+grant+"/code", nil).problem(t, 403, "")
	})
}
