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
		return errors.New("这个文件夹里没有 .yaml 文件：" + dir)
	}
	if _, err := fmt.Fprintf(r.out, "能用的%d项，有错%d处，提醒%d处\n", len(ok), wrong, warnings); err != nil {
		return err
	}
	if wrong > 0 {
		return fmt.Errorf("有%d处错，改好以前这些定义不会生效", wrong)
	}
	return nil
}
