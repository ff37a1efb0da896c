package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/bits"
	"sort"
	"time"

	"yinqiao/civic"
)

// Entry is one act as it was recorded.
type Entry struct {
	ID           string
	At           time.Time
	Act          Act
	OperatorKind civic.PartyKind
	OperatorID   string
	AgentKind    civic.PartyKind
	AgentID      string
	Subject      civic.PersonID
	Channel      civic.Channel
	Device       string
	Basis        civic.Basis
	BasisRef     string
	Division     civic.Division
	Office       civic.OfficeID
	Day          string // YYYY-MM-DD in Asia/Shanghai
	Measure      *int64
	Bucket       *int64
	Digest       string
	Hash         string
	Batch        *int64
}

const entryColumns = `id, at, act, operator_kind, operator_id, agent_kind, agent_id, subject, channel, device,
	basis, basis_ref, division, office, day, measure, bucket, digest, hash, batch`

// About is one thing that an act was about.
type About struct {
	ID   string
	Kind string // person, request, office, staff, grant …
	Role string // subject, agent, operator, object
}

// Event is what a verb records. Detail must hold no ID, card or phone number:
// it is shown in timelines and stays when the person's data are erased.
type Event struct {
	Act     Act
	About   []About
	Detail  map[string]string
	Measure *int64 // what a histogram is made of, for example seconds; never negative
}

// digest hashes a detail with its salt, so that the seal survives its erasure.
func digest(salt, body string) string {
	h := sha256.Sum256([]byte(salt + "\x00" + body))
	return hex.EncodeToString(h[:])
}

func newSalt() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails on a supported system
	return hex.EncodeToString(b)
}

// sum is the hash of an entry and of what it is about, every field with its
// length in front so that no two entries can be confused.
func (e *Entry) sum(about []About) string {
	h := sha256.New()
	put := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	num := func(p *int64) string {
		if p == nil {
			return ""
		}
		return fmt.Sprint(*p)
	}
	for _, s := range []string{
		e.ID, fmt.Sprint(e.At.UnixMicro()), string(e.Act), string(e.OperatorKind), e.OperatorID,
		string(e.AgentKind), e.AgentID, string(e.Subject), string(e.Channel), e.Device, string(e.Basis), e.BasisRef,
		string(e.Division), string(e.Office), e.Day, num(e.Measure), num(e.Bucket), e.Digest,
	} {
		put(s)
	}
	sorted := append([]About(nil), about...)
	sort.Slice(sorted, func(i, j int) bool {
		a, b := sorted[i], sorted[j]
		if a.ID != b.ID {
			return a.ID < b.ID
		}
		return a.Role < b.Role
	})
	for _, a := range sorted {
		put(a.ID)
		put(a.Kind)
		put(a.Role)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Bucket places a measure in a histogram: exact below 8, then four buckets to
// each doubling, so that a percentile read from it is at most 25 % too high.
func Bucket(v int64) int64 {
	if v < 8 {
		return max(v, 0)
	}
	n := bits.Len64(uint64(v)) // ≥ 4
	return 8 + int64(n-4)*4 + (v>>(n-3))&3
}

// Ceiling is the largest measure that falls into bucket b.
func Ceiling(b int64) int64 {
	if b < 8 {
		return b
	}
	n := (b-8)/4 + 4
	q := (b - 8) % 4
	return (4+q+1)<<(n-3) - 1
}

func encodeDetail(d map[string]string) string {
	if len(d) == 0 {
		return "{}"
	}
	b, err := json.Marshal(d) // map keys are sorted
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(b)
}
