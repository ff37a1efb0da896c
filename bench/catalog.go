package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/goccy/go-yaml"

	"yinqiao/catalog"
)

// definitionsMany is how many services a province may have, and loadLimit how long it
// may take to read and check them all.
const (
	definitionsMany = 500
	loadLimit       = time.Second
)

// catalog measures how long a folder of many definitions takes to be read and checked.
// They are those of this release over and over, under names of their own.
func (b *bench) catalog() error {
	dir, err := os.MkdirTemp("", "yinqiao-bench-catalog")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	size, err := fillServices(dir)
	if err != nil {
		return err
	}
	var ms []float64
	for range max(5, b.rounds) {
		began := time.Now()
		ds, err := catalog.Load(os.DirFS(dir))
		if err != nil {
			return err
		}
		if len(ds) != definitionsMany {
			return fmt.Errorf("%d definitions", len(ds))
		}
		ms = append(ms, float64(time.Since(began).Microseconds())/1000)
	}
	b.lines.print(within("catalog.load", "ms", ms, float64(loadLimit.Milliseconds()), extra{"definitions": definitionsMany, "kilobytes": size / 1024}))
	return nil
}

func fillServices(dir string) (size int, err error) {
	all, err := catalog.Embedded()
	if err != nil {
		return 0, err
	}
	for i := range definitionsMany {
		d := *all[i%len(all)]
		d.Service = fmt.Sprintf("%s-%d", d.Service, i)
		text, err := yaml.Marshal(d)
		if err != nil {
			return 0, err
		}
		size += len(text)
		if err := os.WriteFile(filepath.Join(dir, d.Service+".yaml"), text, 0o600); err != nil {
			return 0, err
		}
	}
	return size, nil
}
