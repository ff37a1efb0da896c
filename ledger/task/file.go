package task

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Upload is a photograph or a paper as it is brought.
type Upload struct {
	Name  string
	Bytes []byte
}

// File is one that is kept, without its bytes.
type File struct {
	ID    string
	Kind  string // report, count, meeting or practice
	Of    string
	Name  string
	Media string
	Size  int64
	By    civic.StaffID
	At    time.Time
}

const fileColumns = `id, kind, of, name, media, size, by, at`

// Picture reports whether it can be shown on a page.
func (f File) Picture() bool { return f.Media != "application/pdf" }

// FileBytes bounds a form that brings files.
func FileBytes() int64 { return int64(limits.Files)*int64(limits.Bytes) + 1<<20 }

// FilesMost is how many files one report may bring.
func FilesMost() int { return limits.Files }

var errFile = civic.E(civic.Invalid, "ledger.file", "凭据要是照片（jpg、png）或pdf，每个不超过4兆，最多6个。").On("file")

func checkFiles(fs []Upload) error {
	if len(fs) > limits.Files {
		return errFile
	}
	for _, f := range fs {
		if len(f.Bytes) > limits.Bytes || civic.MediaOf(f.Bytes) == "" {
			return errFile
		}
	}
	return nil
}

func keepFiles(tx *journal.Tx, kind, of string, fs []Upload) error {
	rows := make([][]any, len(fs))
	for i, f := range fs {
		rows[i] = []any{db.NewID(), kind, of, fileName(f.Name), civic.MediaOf(f.Bytes), len(f.Bytes), f.Bytes, tx.Actor.Operator.ID, tx.Now}
	}
	return tx.InsertRows("ledger_file", []string{"id", "kind", "of", "name", "media", "size", "data", "by", "at"}, rows)
}

// filesOf lists what stands behind rows.
func filesOf(q db.Q, kind string, of []string) (map[string][]File, error) {
	if len(of) == 0 {
		return nil, nil
	}
	var fs []File
	if err := q.Select(&fs, `SELECT `+fileColumns+` FROM ledger_file WHERE kind = $1 AND of IN `+db.In(2, len(of))+` ORDER BY id`, append([]any{kind}, db.Args(of)...)...); err != nil {
		return nil, err
	}
	out := map[string][]File{}
	for _, f := range fs {
		out[f.Of] = append(out[f.Of], f)
	}
	return out, nil
}

// File reads a file with its bytes. Who may read what it stands behind may read it.
func (s *Service) File(ctx context.Context, actor civic.Actor, id string) (File, []byte, error) {
	var f File
	var data []byte
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := only(v, &f, `SELECT `+fileColumns+` FROM ledger_file WHERE id = $1`, id); err != nil {
			return hide(v, err)
		}
		if err := f.seen(v); err != nil {
			return err
		}
		var rows []struct{ Data []byte }
		if err := v.Select(&rows, `SELECT data FROM ledger_file WHERE id = $1`, id); err != nil {
			return err
		}
		data = rows[0].Data
		return nil
	})
	if err != nil {
		return File{}, nil, err
	}
	return f, data, nil
}

// seen authorises whoever may read what the file stands behind.
func (f File) seen(v *journal.View) error {
	switch f.Kind {
	case "meeting":
		m, err := readMeeting(v, f.Of)
		if err != nil {
			return err
		}
		return seesFrom(v, m.Division)
	case "practice":
		p, err := readPractice(v, f.Of)
		if err != nil {
			return err
		}
		return p.seen(v)
	}
	task := `SELECT task FROM ledger_report WHERE id = $1`
	if f.Kind == "count" {
		task = `SELECT task FROM ledger_count WHERE id = $1`
	}
	var id string
	if err := v.Get(&id, task, f.Of); err != nil {
		return err
	}
	t, err := readTask(v, id)
	if err != nil {
		return err
	}
	if t.Office != "" {
		if _, err := v.Authorise(reporting(t)); err == nil {
			return nil
		}
	}
	_, err = v.Authorise(seeing(t.Division))
	return err
}
