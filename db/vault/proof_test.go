package vault_test

import (
	"os"
	"path/filepath"
	"testing"

	"yinqiao/civic"
	"yinqiao/db/vault"
)

func TestAProofTellsEachKeysetFromAnother(t *testing.T) {
	t.Parallel()
	v, dir := fresh(t)
	_, stranger := fresh(t)
	p, err := v.Prove()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Check(p); err != nil {
		t.Errorf("its own: %v", err)
	}
	if again, err := vault.Open(dir, false); err != nil || again.Check(p) != nil {
		t.Errorf("opened again: %v", err)
	}
	for _, swapped := range vault.Files {
		mixed := t.TempDir()
		if err := os.CopyFS(mixed, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(stranger, swapped))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(mixed, swapped), b, 0o600); err != nil {
			t.Fatal(err)
		}
		other, err := vault.Open(mixed, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Check(p); !civic.Is(err, civic.Unavailable) || civic.As(err).Code != "vault.wrong_keys" {
			t.Errorf("another %s: %v", swapped, err)
		}
	}
	if err := v.Check(vault.Proof{}); err == nil {
		t.Error("no proof was taken for one")
	}
}
