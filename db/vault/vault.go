// Package vault encrypts personal data at rest and makes the blind indexes by
// which it is found again. Keys are Tink keysets in a folder outside the
// database; losing them loses the data, so they are backed up apart from it.
package vault

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/signature"
	"github.com/tink-crypto/tink-go/v2/tink"

	"yinqiao/civic"
)

// Vault holds the three keysets: encryption, blind index and the signature of
// the journal's heads.
type Vault struct {
	aead   tink.AEAD
	prfs   *prf.Set
	signer tink.Signer
	verify tink.Verifier
}

// Files are the keyset files in the keys folder.
var Files = []string{"aead.json", "index.json", "journal.json"}

var errNoKeys = civic.E(civic.Unavailable, "vault.keys", "找不到这个数据库的密钥。没有密钥，里面的内容读不出来。请把原来的 keys 文件夹放回数据文件夹，或核对 --data。"+
	"(the keys of this database are missing; put the keys folder back into the data folder, or check --data)")

// Open reads the keysets in dir. With create, missing ones are made; without, a
// missing file is an error, so that a wrong folder never looks like a fresh start.
func Open(dir string, create bool) (*Vault, error) {
	if create {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	load := func(name string, t *tinkpb.KeyTemplate) (*keyset.Handle, error) {
		return handle(filepath.Join(dir, name), t, create)
	}
	var v Vault
	h, err := load(Files[0], aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	if v.aead, err = aead.New(h); err != nil {
		return nil, err
	}
	if h, err = load(Files[1], prf.HMACSHA256PRFKeyTemplate()); err != nil {
		return nil, err
	}
	if v.prfs, err = prf.NewPRFSet(h); err != nil {
		return nil, err
	}
	if h, err = load(Files[2], signature.ED25519KeyTemplate()); err != nil {
		return nil, err
	}
	if v.signer, err = signature.NewSigner(h); err != nil {
		return nil, err
	}
	pub, err := h.Public()
	if err != nil {
		return nil, err
	}
	if v.verify, err = signature.NewVerifier(pub); err != nil {
		return nil, err
	}
	return &v, nil
}

func handle(path string, t *tinkpb.KeyTemplate, create bool) (*keyset.Handle, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && create {
		h, err := keyset.NewHandle(t)
		if err != nil {
			return nil, err
		}
		var buf bytes.Buffer
		if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&buf)); err != nil {
			return nil, err
		}
		return h, writeOnce(path, buf.Bytes())
	}
	if err != nil {
		return nil, errNoKeys.Because(err)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
	if err != nil {
		return nil, fmt.Errorf("vault: %s can't be read as a keyset", filepath.Base(path))
	}
	return h, nil
}

// writeOnce makes the file durably and refuses to replace one.
func writeOnce(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// Seal encrypts plain. about binds the ciphertext to its place (table and row),
// so that it can't be moved to another row unseen.
func (v *Vault) Seal(plain []byte, about string) ([]byte, error) {
	return v.aead.Encrypt(plain, []byte(about))
}

// Open decrypts what Seal made for the same place.
func (v *Vault) Open(sealed []byte, about string) ([]byte, error) {
	b, err := v.aead.Decrypt(sealed, []byte(about))
	if err != nil {
		return nil, fmt.Errorf("vault: %s can't be decrypted: wrong keys folder or changed data", about)
	}
	return b, nil
}

// Index returns the blind index of a value for one purpose, such as "id",
// "phone" or "last6". Equal values give equal indexes; without the key they
// can't be guessed.
func (v *Vault) Index(purpose, value string) string {
	b, err := v.prfs.ComputePrimaryPRF([]byte(purpose+"\x00"+value), 20)
	if err != nil {
		panic(err) // the length is fixed and within the limit
	}
	return hex.EncodeToString(b)
}

// Sign signs a head of the journal.
func (v *Vault) Sign(head []byte) ([]byte, error) { return v.signer.Sign(head) }

// Verify checks a head's signature.
func (v *Vault) Verify(sig, head []byte) error { return v.verify.Verify(sig, head) }
