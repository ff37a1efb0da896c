package people_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestAStopAtTheEndAndABlankWithinHideNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := w.Register(t, w.NewPerson(a.Street, "赵建菊"))
		number := w.Number(t, id)
		for _, text := range []string{"赵建菊。", "赵建菊？", number + "。", number[12:17] + " " + number[17:]} {
			got, err := w.People.Find(t.Context(), a.Clerk, text)
			if err != nil || len(got.Matches) == 0 {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
