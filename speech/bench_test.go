package speech

import (
	"fmt"
	"testing"
)

// A sentence as the read-back of a booking has it.
const sentence = "王奶奶，您要挂11月23日上午9:05心内科李医生的号，挂号费12.50元，对吗？"

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		Read(sentence)
	}
}

func BenchmarkCachedPrompt(b *testing.B) {
	synthesiser(b)
	s := service(b, Config{Cache: b.TempDir()})
	for b.Loop() {
		if _, err := s.Say(b.Context(), Request{Text: sentence, Format: Web}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecordedPrompt(b *testing.B) {
	folder := b.TempDir()
	record(b, folder, "welcome.wav", EncodeWAV(tone(16000, 300, 5000)))
	s := service(b, Config{Cache: b.TempDir(), Prompts: folder})
	for b.Loop() {
		if _, err := s.Say(b.Context(), Request{Prompt: "welcome", Text: sentence, Format: Phone}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSynthesisedSentence(b *testing.B) {
	synthesiser(b)
	s := service(b, Config{Cache: b.TempDir()})
	for n := 0; b.Loop(); n++ {
		if _, err := s.Say(b.Context(), Request{Text: fmt.Sprint(sentence, n), Format: Web}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResample(b *testing.B) {
	p := tone(22050, 300, 5000)
	for b.Loop() {
		p.Resample(8000)
	}
}
