package app

import (
	"errors"
	"fmt"
	"os"

	"yinqiao/catalog"
)

// catalogCheck says what is wrong with the definitions of a folder. Warnings do not
// fail: the office decides how it speaks.
func (r runner) catalogCheck() error {
	dir := r.c.Catalog.Check.Dir
	ok, said, err := catalog.Review(os.DirFS(dir))
	if err != nil {
		return err
	}
	wrong, warnings := 0, 0
	for _, s := range said {
		if s.Warning {
			warnings++
		} else {
			wrong++
		}
		if _, err := fmt.Fprintln(r.out, s); err != nil {
			return err
		}
	}
	if len(ok) == 0 && wrong == 0 {
		return errors.New("there is no *.yaml file in " + dir)
	}
	if _, err := fmt.Fprintf(r.out, "%d definitions pass, %d faults, %d warnings\n", len(ok), wrong, warnings); err != nil {
		return err
	}
	if wrong > 0 {
		return fmt.Errorf("%d faults: these definitions would not go live", wrong)
	}
	return nil
}
