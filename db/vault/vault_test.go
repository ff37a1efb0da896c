package vault_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/db/vault"
)

func fresh(t *testing.T) (*vault.Vault, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	v, err := vault.Open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	return v, dir
}

func TestWhatIsSealedOpensInItsPlace(t *testing.T) {
	t.Parallel()
	v, _ := fresh(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		place := rapid.String().Draw(t, "place")
		sealed, err := v.Seal(plain, place)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Open(sealed, place); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%x, %v", got, err)
		}
		if len(plain) > 7 && bytes.Contains(sealed, plain) {
			t.Fatal("the plain text shows")
		}
		if _, err := v.Open(sealed, place+"x"); err == nil {
			t.Fatal("it opened in another place")
		}
		sealed[rapid.IntRange(0, len(sealed)-1).Draw(t, "at")] ^= 1
		if _, err := v.Open(sealed, place); err == nil {
			t.Fatal("a changed byte was not noticed")
		}
	})
}

func TestEqualTextsAreSealedDifferently(t *testing.T) {
	t.Parallel()
	v, _ := fresh(t)
	a, _ := v.Seal([]byte("13800000000"), "contact/1")
	b, _ := v.Seal([]byte("13800000000"), "contact/1")
	if bytes.Equal(a, b) {
		t.Error("equal numbers can be told from their ciphertexts")
	}
}

func TestOtherKeysOpenNothing(t *testing.T) {
	t.Parallel()
	v, _ := fresh(t)
	other, _ := fresh(t)
	sealed, err := v.Seal([]byte("secret"), "person/1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(sealed, "person/1"); err == nil {
		t.Error("other keys opened it")
	}
	if v.Index("id", "x") == other.Index("id", "x") {
		t.Error("the index can be computed without the key")
	}
	sig, err := v.Sign([]byte("head"))
	if err != nil {
		t.Fatal(err)
	}
	if v.Verify(sig, []byte("head")) != nil || v.Verify(sig, []byte("heap")) == nil || other.Verify(sig, []byte("head")) == nil {
		t.Error("a signature holds for its own head and key alone")
	}
}

func TestAFolderWithoutKeysIsRefusedUnlessTheyAreToBeMade(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "none")
	if _, err := vault.Open(empty, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if _, err := os.Stat(empty); err == nil {
		t.Error("the folder was made")
	}
	for _, missing := range vault.Files {
		_, dir := fresh(t)
		if err := os.Remove(filepath.Join(dir, missing)); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.Open(dir, false); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
	_, dir := fresh(t)
	if err := os.WriteFile(filepath.Join(dir, vault.Files[1]), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Open(dir, true); err == nil {
		t.Error("a spoilt keyset was taken or replaced")
	}
}

func TestKeysAreMadeOnceAndForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	v, dir := fresh(t)
	sealed, err := v.Seal([]byte("secret"), "person/1")
	if err != nil {
		t.Fatal(err)
	}
	for _, create := range []bool{true, false} {
		again, err := vault.Open(dir, create)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.Open(sealed, "person/1"); err != nil || string(got) != "secret" {
			t.Errorf("after opening again: %q, %v", got, err)
		}
		if again.Index("id", "x") != v.Index("id", "x") {
			t.Error("the index changed")
		}
	}
	for _, f := range vault.Files {
		st, err := os.Stat(filepath.Join(dir, f))
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, st.Mode(), err)
		}
	}
}

func TestTheIndexIsStableAndApartForEachPurpose(t *testing.T) {
	t.Parallel()
	v, _ := fresh(t)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z0-9]{0,6}`)
		p1, v1 := word.Draw(t, "purpose"), word.Draw(t, "value")
		p2, v2 := word.Draw(t, "other purpose"), word.Draw(t, "other value")
		if same := p1 == p2 && v1 == v2; same != (v.Index(p1, v1) == v.Index(p2, v2)) {
			t.Fatalf("index of (%q, %q) and (%q, %q)", p1, v1, p2, v2)
		}
		if len(v.Index(p1, v1)) != 40 {
			t.Fatal("an index has 40 digits")
		}
	})
}
