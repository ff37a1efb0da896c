package speech

import (
	"testing"

	"yinqiao/civic"
)

func TestLinesAreSaidInOrderEachFromItsOwnRecordingAndEmptyOnesArePassedOver(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	record(t, folder, PromptKey("您要办什么？")+".wav", EncodeWAV(tone(16000, 300, 5000)))
	record(t, folder, PromptKey("请看屏幕。")+".wav", EncodeWAV(tone(16000, 600, 5000)))
	s := service(t, Config{Cache: t.TempDir(), Voices: []Voice{Recorded{Folder: folder}}})
	clip, err := s.SayLines(t.Context(), []string{"您要办什么？", "", "——", "请看屏幕。"}, Web)
	if err != nil {
		t.Fatal(err)
	}
	p, err := DecodeWAV(clip.Data)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Duration().Milliseconds(), lineGap.Milliseconds()+2000; got < want-5 || got > want+5 {
		t.Errorf("%d ms are heard, not %d", got, want)
	}
	if _, err := s.SayLines(t.Context(), []string{" ", "。"}, Web); !civic.Is(err, civic.Invalid) {
		t.Error("silence is said: ", err)
	}
	if _, err := s.SayLines(t.Context(), []string{"没有录过的话。"}, Web); !civic.Is(err, civic.Unavailable) {
		t.Error("a line without a voice: ", err)
	}
}
