package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"yinqiao/db/vault"
)

func zipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// other is a compressed tar of something else.
func other(t *testing.T) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: "photo.jpg", Size: 1}), writeAll(w, []byte("x")), w.Close()); err != nil {
		t.Fatal(err)
	}
	return zipped(t, out.Bytes())
}

func writeAll(w io.Writer, b []byte) error { _, err := w.Write(b); return err }

// remade copies a backup with its members changed, its manifest made to fit and
// signed with the keys in dir.
func remade(t *testing.T, file, dir string, change func(m *Manifest, bodies map[string][]byte)) string {
	t.Helper()
	var m Manifest
	bodies, names := map[string][]byte{}, []string{}
	in := tar.NewReader(bytes.NewReader(unzipped(t, file)))
	for h, err := in.Next(); err == nil; h, err = in.Next() {
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		bodies[h.Name], names = b, append(names, h.Name)
	}
	if err := json.Unmarshal(bodies[manifestName], &m); err != nil {
		t.Fatal(err)
	}
	change(&m, bodies)
	for i, p := range m.Members {
		got, err := measure(p.Name, bytes.NewReader(bodies[p.Name]))
		if err != nil {
			t.Fatal(err)
		}
		m.Members[i].Bytes, m.Members[i].Rows, m.Members[i].SHA256 = got.Bytes, got.Rows, got.SHA256
	}
	v, err := vault.Open(keysDir(dir), false)
	if err != nil {
		t.Fatal(err)
	}
	if bodies[manifestName], err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	sig, err := v.Sign(signed(bodies[manifestName]))
	if err != nil {
		t.Fatal(err)
	}
	bodies[signatureName] = []byte(hex.EncodeToString(sig))
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range names {
		if err := errors.Join(w.WriteHeader(&tar.Header{Name: name, Size: int64(len(bodies[name]))}), writeAll(w, bodies[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return put(t, "remade", zipped(t, out.Bytes()))
}
