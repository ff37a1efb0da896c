package journal

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
)

// Kind says what an installation is for.
type Kind string

// A demonstration lets everybody in with a public password, so that neither kind
// is ever served as the other.
const (
	Real Kind = "real"
	Demo Kind = "demo"
)

// markTable has one row, the mark: the kind and the proofs of the keysets. It is
// no act, since it must be there before the first one and comes back with a
// backup as it was.
const markTable = "installation"

type mark struct {
	Kind   Kind
	Sealed []byte
	Hash   string
	Signed []byte
}

func readMark(q db.Q) (mark, error) {
	var m mark
	err := q.Get(&m, `SELECT kind, sealed, hash, signed FROM `+markTable+` WHERE one = 1`)
	return m, err
}

// Marked returns what the installation is for, once the vault has been held
// against the mark; db.ErrNoRows if there is no mark yet, vault.ErrWrongKeys if
// the keys are those of another database.
func Marked(q db.Q, v *vault.Vault) (Kind, error) {
	m, err := readMark(q)
	if err != nil {
		return "", err
	}
	return m.Kind, v.Check(vault.Proof{Sealed: m.Sealed, Hash: m.Hash, Signed: m.Signed})
}

// CheckMark holds keys against the mark, if there is one, also in a database that
// was not migrated yet. It changes nothing. keys is called when there is a mark.
func CheckMark(ctx context.Context, d *db.DB, keys func() (*vault.Vault, error)) error {
	has := true
	err := d.Export(ctx, func(x *db.Export) error {
		has = slices.Contains(x.Tables, markTable)
		return nil
	})
	switch {
	case civic.Is(err, civic.NotFound): // never migrated
		return nil
	case civic.Is(err, civic.Conflict): // migrated by a newer release, which has the table
	case err != nil || !has:
		return err
	}
	r, err := d.Read(ctx)
	if err != nil {
		return err
	}
	if _, err := readMark(r); errors.Is(err, db.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	v, err := keys()
	if err != nil {
		return err
	}
	_, err = Marked(r, v)
	return err
}

// Mark marks a migrated database that has no mark yet with the kind that choose
// finds and with the proofs of the vault, and then holds the vault against the
// mark that is there. Of two that mark at once, one wins.
func Mark(ctx context.Context, d *db.DB, v *vault.Vault, choose func(q db.Q) (Kind, error)) (Kind, error) {
	r, err := d.Read(ctx)
	if err != nil {
		return "", err
	}
	if kind, err := Marked(r, v); !errors.Is(err, db.ErrNoRows) {
		return kind, err
	}
	p, err := v.Prove()
	if err != nil {
		return "", err
	}
	if err := d.Write(ctx, func(tx *db.Tx) error {
		if err := signedBy(tx, v); err != nil {
			return err
		}
		kind, err := choose(tx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO `+markTable+` (one, kind, sealed, hash, signed) VALUES (1, $1, $2, $3, $4) ON CONFLICT (one) DO NOTHING`,
			kind, p.Sealed, p.Hash, p.Signed)
		return err
	}); err != nil {
		return "", err
	}
	return Marked(r, v)
}

// signedBy refuses keys that did not sign the first batch of a journal that is
// older than its mark.
func signedBy(q db.Q, v *vault.Vault) error {
	var b batchRow
	err := q.Get(&b, `SELECT `+batchColumns+` FROM journal_batch ORDER BY seq LIMIT 1`)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	sig, err := hex.DecodeString(b.Signature)
	if err == nil {
		err = v.Verify(sig, signed(b.Seq, b.Head))
	}
	if err != nil {
		return vault.ErrWrongKeys.Because(err)
	}
	return nil
}

// Remark changes what an installation is for, if may allows it on the rows of the
// same transaction.
func Remark(ctx context.Context, d *db.DB, kind Kind, may func(q db.Q) error) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		if err := may(tx); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE `+markTable+` SET kind = $1 WHERE one = 1`, kind)
		return err
	})
}
