package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost is the argon2id cost of new hashes of passwords and PINs. A hash carries its
// own cost, so changing this leaves old ones valid.
type Cost struct {
	Memory uint32 // KiB
	Time   uint32 // passes
	Lanes  uint8
}

// usual is the cost where none is set: the OWASP minimum for argon2id.
var usual = Cost{Memory: 19 * 1024, Time: 2, Lanes: 1}

// hashes bounds how many passwords are hashed at once, so that a flood of
// sign-ins can't take the memory of the machine.
var hashes = make(chan struct{}, 4)

func (c Cost) hash(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails on a supported system
	key := derive(password, salt, c, 32)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Time, c.Lanes, b64(salt), b64(key))
}

func derive(password string, salt []byte, c Cost, n uint32) []byte {
	hashes <- struct{}{}
	defer func() { <-hashes }()
	return argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Lanes, n)
}

func passwordMatches(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var c Cost
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Lanes); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(key) == 0 {
		return false
	}
	return subtle.ConstantTimeCompare(derive(password, salt, c, uint32(len(key))), key) == 1
}
