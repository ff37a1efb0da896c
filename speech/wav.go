package speech

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The encodings of WAV that are read; PCM and µ-law are written.
const (
	wavPCM   = 1
	wavALaw  = 6
	wavMuLaw = 7
	wavExt   = 0xFFFE
)

// DecodeWAV reads a WAV file: linear of 8 or 16 bits, A-law or µ-law, at 8 to 48
// kHz; several channels are mixed into one. A length in the header that is larger than
// the data, as programs write that don't know it yet, is taken as the rest.
func DecodeWAV(data []byte) (PCM, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return PCM{}, errors.New("not a WAV file")
	}
	var format, channels, bits, rate int
	for at := 12; at+8 <= len(data); {
		id, size := string(data[at:at+4]), int(binary.LittleEndian.Uint32(data[at+4:]))
		at += 8
		body := data[at:min(len(data), at+max(0, size))]
		switch id {
		case "fmt ":
			if len(body) < 16 {
				return PCM{}, errors.New("a short format chunk")
			}
			format, channels = int(binary.LittleEndian.Uint16(body)), int(binary.LittleEndian.Uint16(body[2:]))
			rate, bits = int(binary.LittleEndian.Uint32(body[4:])), int(binary.LittleEndian.Uint16(body[14:]))
			if format == wavExt && len(body) >= 26 {
				format = int(binary.LittleEndian.Uint16(body[24:]))
			}
		case "data":
			if channels < 1 || channels > 8 || rate < 8000 || rate > 48000 {
				return PCM{}, fmt.Errorf("%d channels at %d Hz", channels, rate)
			}
			return decodeSamples(body, format, bits, channels, rate)
		}
		at += len(body) + size&1
	}
	return PCM{}, errors.New("no data chunk")
}

func decodeSamples(body []byte, format, bits, channels, rate int) (PCM, error) {
	var sample func(i int) int
	width := 1
	switch {
	case format == wavPCM && bits == 16:
		width = 2
		sample = func(i int) int { return int(int16(binary.LittleEndian.Uint16(body[2*i:]))) }
	case format == wavPCM && bits == 8:
		sample = func(i int) int { return (int(body[i]) - 128) << 8 }
	case format == wavMuLaw && bits == 8:
		sample = func(i int) int { return int(fromMuLaw(body[i])) }
	case format == wavALaw && bits == 8:
		sample = func(i int) int { return int(fromALaw(body[i])) }
	default:
		return PCM{}, fmt.Errorf("encoding %d with %d bits", format, bits)
	}
	out := make([]int16, len(body)/width/channels)
	for i := range out {
		sum := 0
		for c := range channels {
			sum += sample(i*channels + c)
		}
		out[i] = int16(sum / channels)
	}
	return PCM{Rate: rate, Samples: out}, nil
}

// EncodeWAV writes linear WAV of 16 bits.
func EncodeWAV(p PCM) []byte {
	out := wavHeader(wavPCM, 2, p.Rate, len(p.Samples))
	for _, s := range p.Samples {
		out = binary.LittleEndian.AppendUint16(out, uint16(s))
	}
	return out
}

// EncodeMuLaw writes WAV of one byte a sample, by G.711 µ-law.
func EncodeMuLaw(p PCM) []byte {
	out := wavHeader(wavMuLaw, 1, p.Rate, len(p.Samples))
	for _, s := range p.Samples {
		out = append(out, toMuLaw(s))
	}
	if len(out)%2 == 1 {
		out = append(out, 0) // chunks are padded to even lengths
	}
	return out
}

func wavHeader(format uint16, width, rate, samples int) []byte {
	le := binary.LittleEndian
	size := samples * width
	extra := 0 // what isn't linear has a longer format chunk and a fact chunk
	if format != wavPCM {
		extra = 2 + 12
	}
	out := make([]byte, 0, 44+extra+size+1)
	out = append(out, "RIFF"...)
	out = le.AppendUint32(out, uint32(36+extra+size+size&1))
	out = append(out, "WAVEfmt "...)
	if extra > 0 {
		out = le.AppendUint32(out, 18)
	} else {
		out = le.AppendUint32(out, 16)
	}
	out = le.AppendUint16(out, format)
	out = le.AppendUint16(out, 1)
	out = le.AppendUint32(out, uint32(rate))
	out = le.AppendUint32(out, uint32(rate*width))
	out = le.AppendUint16(out, uint16(width))
	out = le.AppendUint16(out, uint16(8*width))
	if extra > 0 {
		out = le.AppendUint16(out, 0)
		out = append(out, "fact"...)
		out = le.AppendUint32(out, 4)
		out = le.AppendUint32(out, uint32(samples))
	}
	out = append(out, "data"...)
	return le.AppendUint32(out, uint32(size))
}

// toMuLaw and its inverse follow ITU-T G.711, table 2a, in the usual form with a
// bias of 33 in 14 bits, 132 in 16.
func toMuLaw(s int16) byte {
	const bias, clip = 132, 32635
	sign, v := byte(0), int(s)
	if v < 0 {
		sign, v = 0x80, -v
	}
	v = min(v, clip) + bias
	exponent := 7
	for mask := 0x4000; v&mask == 0 && exponent > 0; mask >>= 1 {
		exponent--
	}
	return ^(sign | byte(exponent<<4) | byte(v>>(exponent+3)&0x0F))
}

func fromMuLaw(b byte) int16 {
	b = ^b
	v := (int(b&0x0F)<<3+132)<<(b>>4&7) - 132
	if b&0x80 != 0 {
		v = -v
	}
	return int16(v)
}

// fromALaw follows ITU-T G.711, table 1a.
func fromALaw(b byte) int16 {
	b ^= 0x55
	v, exponent := int(b&0x0F)<<4+8, b>>4&7
	if exponent > 0 {
		v = (v + 0x100) << (exponent - 1)
	}
	if b&0x80 == 0 {
		v = -v
	}
	return int16(v)
}
