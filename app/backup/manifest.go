package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"yinqiao/db"
	"yinqiao/db/vault"
)

// Format is the version of the file's layout.
const Format = 1

// Manifest says what is in a backup.
type Manifest struct {
	Format  int        `json:"format"`
	Created time.Time  `json:"created"`
	Engine  db.Dialect `json:"engine"`
	Schema  int64      `json:"schema"`
	Release string     `json:"release"`
	Keys    bool       `json:"keys"` // whether the keys are inside
	Proof   proof      `json:"proof"`
	Members []Member   `json:"members"`
}

// Member is one part of a backup.
type Member struct {
	Name    string   `json:"name"`
	Table   string   `json:"table,omitempty"` // empty when it is no table
	Columns []string `json:"columns,omitempty"`
	Rows    int64    `json:"rows"` // lines
	Bytes   int64    `json:"bytes"`
	SHA256  string   `json:"sha256"`
}

// Jobs counts the jobs that were still to be done.
func (m Manifest) Jobs() int64 {
	for _, p := range m.Members {
		if p.Name == jobsMember {
			return p.Rows
		}
	}
	return 0
}

// proof shows whether a keys folder is the backup's own, without telling
// anything of the keys.
type proof struct {
	Index  string `json:"index"`
	Sealed []byte `json:"sealed"`
}

const proofPlace = "backup.proof"

func prove(v *vault.Vault, created time.Time) (proof, error) {
	at := created.Format(time.RFC3339Nano)
	sealed, err := v.Seal([]byte(at), proofPlace)
	return proof{v.Index(proofPlace, at), sealed}, err
}

// signed is what the signature covers. No head of the journal looks like it.
func signed(manifest []byte) []byte {
	sum := sha256.Sum256(manifest)
	return []byte("yinqiao backup\n" + hex.EncodeToString(sum[:]))
}

// checkKeys holds the three keysets against the manifest and its signature.
func (a *archive) checkKeys(v *vault.Vault) error {
	if err := v.Verify(a.signature, signed(a.raw)); err != nil {
		return errKeys.Because(fmt.Errorf("signature: %w", err))
	}
	at := a.Created.Format(time.RFC3339Nano)
	if v.Index(proofPlace, at) != a.Proof.Index {
		return errKeys.Because(errors.New("another index key"))
	}
	if b, err := v.Open(a.Proof.Sealed, proofPlace); err != nil || string(b) != at {
		return errKeys.Because(errors.Join(errors.New("another encryption key"), err))
	}
	return nil
}

// decodeManifest reads a manifest of this format or refuses it.
func decodeManifest(raw []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, errDamaged.Because(fmt.Errorf("manifest: %w", err))
	}
	if m.Format > Format || m.Schema > db.ReleaseSchema() {
		return m, errNewer.Because(fmt.Errorf("format %d, schema %d; this release: %d, %d", m.Format, m.Schema, Format, db.ReleaseSchema()))
	}
	if m.Format < 1 || m.Schema < 1 {
		return m, errDamaged.Because(errors.New("manifest: no format or schema"))
	}
	return m, nil
}
