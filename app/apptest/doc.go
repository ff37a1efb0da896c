// Package apptest wires the whole application over a test's database, with a
// small world in it: two districts with their offices, staff, an elder, her
// daughter with a grant and a stranger.
//
//	dbtest.Each(t, func(t *testing.T, d *db.DB) {
//		w := apptest.New(t, d)
//		err := w.Casework.Take(ctx, w.Taiyuan.HospitalClerk, w.ReportPost(t, w.Taiyuan).Request)
//	})
//
// Staff are entered without a login, since hashing a password is slow: tests of
// signing in hire their own.
package apptest
