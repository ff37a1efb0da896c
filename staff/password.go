package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is the argon2id cost of new hashes: memory in KiB, passes, lanes. A hash
// carries its own cost, so raising this leaves old ones valid.
type cost struct {
	memory uint32
	time   uint32
	lanes  uint8
}

var defaultCost = cost{memory: 19 * 1024, time: 2, lanes: 1} // the OWASP minimum for argon2id

// hashes bounds how many passwords are hashed at once, so that a flood of
// sign-ins can't take the memory of the machine.
var hashes = make(chan struct{}, 4)

func hashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails on a supported system
	c := defaultCost
	key := derive(password, salt, c, 32)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.lanes, b64(salt), b64(key))
}

func derive(password string, salt []byte, c cost, n uint32) []byte {
	hashes <- struct{}{}
	defer func() { <-hashes }()
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.lanes, n)
}

func passwordMatches(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var c cost
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.lanes); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(key) == 0 {
		return false
	}
	return subtle.ConstantTimeCompare(derive(password, salt, c, uint32(len(key))), key) == 1
}

// decoy is compared with when there is no such login, so that the time it takes
// does not tell which logins exist.
var decoy = hashPassword("decoy")
