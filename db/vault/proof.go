package vault

import (
	"errors"

	"yinqiao/civic"
)

// Proof shows whether a vault holds the keys that made it, one part for each
// keyset, and tells nothing of them. It is kept in the database.
type Proof struct {
	Sealed []byte
	Hash   string
	Signed []byte
}

// proven is the known text. No head of the journal looks like it.
const proven = "yinqiao installation"

// ErrWrongKeys says that the keys are those of another database.
var ErrWrongKeys = civic.E(civic.Unavailable, "vault.wrong_keys", "这个 keys 文件夹不是这个数据库的。请把原来的 keys 文件夹放回数据文件夹，或核对 --data 和 --database。数据库里什么也没有改动。"+
	"(the keys folder is not the one of this database; put the right one back, or check --data and --database; nothing was changed)")

// Prove makes the proof of all three keysets.
func (v *Vault) Prove() (Proof, error) {
	sealed, err := v.Seal([]byte(proven), proven)
	if err != nil {
		return Proof{}, err
	}
	signed, err := v.Sign([]byte(proven))
	return Proof{sealed, v.Index(proven, proven), signed}, err
}

// Check returns ErrWrongKeys unless every keyset is the one of the proof.
func (v *Vault) Check(p Proof) error {
	switch b, err := v.Open(p.Sealed, proven); {
	case err != nil || string(b) != proven:
		return ErrWrongKeys.Because(errors.New("another encryption key"))
	case v.Index(proven, proven) != p.Hash:
		return ErrWrongKeys.Because(errors.New("another index key"))
	case v.Verify(p.Signed, []byte(proven)) != nil:
		return ErrWrongKeys.Because(errors.New("another signing key"))
	}
	return nil
}
