package speech

// Law is one of the two codings of ITU-T G.711: eight bits a sample.
type Law uint8

// The laws. China and Europe speak A-law, America and Japan µ-law.
const (
	ALaw Law = iota
	MuLaw
)

// String is the name that session descriptions use (RFC 3551).
func (l Law) String() string {
	if l == MuLaw {
		return "PCMU"
	}
	return "PCMA"
}

// Silence is the byte of no sound.
func (l Law) Silence() byte { return l.code(0) }

func (l Law) code(s int16) byte {
	if l == MuLaw {
		return toMuLaw(s)
	}
	return toALaw(s)
}

// Encode codes sound of 8 kHz; another rate is brought there first.
func (l Law) Encode(p PCM) []byte {
	p = p.Resample(8000)
	out := make([]byte, len(p.Samples))
	for i, s := range p.Samples {
		out[i] = l.code(s)
	}
	return out
}

// Decode is the sound of what was coded, 8 kHz.
func (l Law) Decode(b []byte) PCM {
	from := fromALaw
	if l == MuLaw {
		from = fromMuLaw
	}
	out := PCM{Rate: 8000, Samples: make([]int16, len(b))}
	for i, c := range b {
		out.Samples[i] = from(c)
	}
	return out
}

// toALaw codes a sample (G.711, table 1): a sign, the segment, four bits of where in it, every
// other bit inverted.
func toALaw(s int16) byte {
	sign, v := byte(0x80), int(s)
	if v < 0 {
		sign, v = 0, -v-1
	}
	v >>= 4
	seg := 0
	for top := 15; v > top && seg < 7; top = top<<1 | 1 {
		seg++
	}
	low := v
	if seg > 1 {
		low = v >> (seg - 1)
	}
	return (sign | byte(seg)<<4 | byte(low&0x0F)) ^ 0x55
}
