package speech

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestLinearSoundComesBackAsItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := PCM{Rate: rapid.SampledFrom([]int{8000, 16000, 22050}).Draw(t, "rate"), Samples: rapid.SliceOf(rapid.Int16()).Draw(t, "samples")}
		got, err := DecodeWAV(EncodeWAV(p))
		if err != nil || got.Rate != p.Rate || !slices.Equal(got.Samples, p.Samples) {
			t.Fatalf("%v %v", got, err)
		}
	})
}

func TestMuLawKeepsASampleWithinItsStep(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := PCM{Rate: 16000, Samples: rapid.SliceOf(rapid.Int16()).Draw(t, "samples")}
		file := EncodeMuLaw(p)
		if len(file)%2 != 0 || int(binary.LittleEndian.Uint32(file[4:]))+8 != len(file) {
			t.Fatalf("the file has %d bytes and says %d", len(file), binary.LittleEndian.Uint32(file[4:])+8)
		}
		got, err := DecodeWAV(file)
		if err != nil || len(got.Samples) != len(p.Samples) {
			t.Fatalf("%d samples, %v", len(got.Samples), err)
		}
		for i, s := range p.Samples {
			// G.711: steps double with each segment, 1/16 of it at most, and the ends are clipped
			if d := math.Abs(float64(got.Samples[i]) - float64(s)); d > math.Abs(float64(s))/16+132 {
				t.Fatalf("%d comes back as %d", s, got.Samples[i])
			}
		}
	})
}

func TestG711HasItsKnownValues(t *testing.T) {
	t.Parallel()
	for in, want := range map[int16]byte{0: 0xFF, -1: 0x7F, 32767: 0x80, -32768: 0x00, 1000: 0xCE, -1000: 0x4E} {
		if got := toMuLaw(in); got != want {
			t.Errorf("µ-law of %d is %#x, not %#x", in, got, want)
		}
	}
	for b := range 256 {
		if v := fromMuLaw(byte(b)); v != 0 && toMuLaw(v) != byte(b) {
			t.Errorf("µ-law %#x means %d, which is %#x", b, v, toMuLaw(v))
		}
	}
	for in, want := range map[byte]int16{0xD5: 8, 0x55: -8, 0xAA: 32256, 0x2A: -32256, 0x80: 5504} {
		if got := fromALaw(in); got != want {
			t.Errorf("A-law %#x is %d, not %d", in, got, want)
		}
	}
}

func TestOtherWaysToWriteWAVAreRead(t *testing.T) {
	t.Parallel()
	p := PCM{Rate: 8000, Samples: []int16{0, 1000, -1000, 32000}}
	endless := EncodeWAV(p)
	binary.LittleEndian.PutUint32(endless[40:], 0x7FFFF000) // what a program writes into a pipe
	if got, err := DecodeWAV(endless); err != nil || !slices.Equal(got.Samples, p.Samples) {
		t.Errorf("an unknown length: %v %v", got, err)
	}
	odd := slices.Concat(EncodeWAV(p)[:12], []byte("LIST\x03\x00\x00\x00abc\x00"), EncodeWAV(p)[12:])
	if got, err := DecodeWAV(odd); err != nil || !slices.Equal(got.Samples, p.Samples) {
		t.Errorf("a chunk of odd length: %v %v", got, err)
	}
	stereo := EncodeWAV(PCM{Rate: 16000, Samples: []int16{100, 300, -100, -300}})
	stereo[22] = 2
	if got, err := DecodeWAV(stereo); err != nil || !slices.Equal(got.Samples, []int16{200, -200}) {
		t.Errorf("two channels: %v %v", got, err)
	}
	eight := EncodeWAV(PCM{Rate: 8000, Samples: []int16{int16(-0x7F80)}}) // bytes 0x80, 0x80
	eight[34] = 8
	if got, err := DecodeWAV(eight); err != nil || !slices.Equal(got.Samples, []int16{0, 0}) {
		t.Errorf("eight bits: %v %v", got, err)
	}
}

func FuzzDecodingNeverPanics(f *testing.F) {
	f.Add(EncodeWAV(tone(8000, 440, 100)))
	f.Add(EncodeMuLaw(PCM{Rate: 16000, Samples: []int16{1}}))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := DecodeWAV(data); err == nil && (p.Rate < 8000 || p.Rate > 48000) {
			t.Errorf("rate %d", p.Rate)
		}
	})
}
