package speech

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
)

func record(t testing.TB, folder, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestARecordingGoesBeforeEveryOtherVoice(t *testing.T) {
	t.Parallel()
	folder, other := t.TempDir(), &fake{name: "a"}
	record(t, folder, "welcome.wav", EncodeWAV(tone(16000, 440, 8000)))
	record(t, folder, PromptKey("请稍等")+".wav", EncodeMuLaw(tone(8000, 440, 8000)))
	s := service(t, Config{Cache: t.TempDir(), Voices: []Voice{Recorded{folder}, other}})
	for name, req := range map[string]Request{
		"by id": {Prompt: "welcome", Text: "您好"}, "by text": {Text: "请稍等"}, "by text with blanks": {Text: " 请稍等 "},
		"by text, the id unknown": {Prompt: "wait", Text: "请稍等"}, "by id without a text": {Prompt: "welcome"},
	} {
		clip, err := s.Say(t.Context(), req)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p, err := DecodeWAV(clip.Data); err != nil || p.Rate != 8000 || len(p.Samples) != 8000 {
			t.Errorf("%s: %d samples at %d, %v", name, len(p.Samples), p.Rate, err)
		}
	}
	if other.said.Load() != 0 {
		t.Error("the other voice has spoken")
	}
	if _, err := s.Say(t.Context(), Request{Prompt: "unknown", Text: "再见"}); err != nil || other.said.Load() != 1 {
		t.Errorf("what isn't recorded is not said by the other voice: %v", err)
	}
}

func TestANewRecordingIsHeardAtOnce(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := service(t, Config{Cache: t.TempDir(), Voices: []Voice{Recorded{folder}}})
	record(t, folder, "a.wav", EncodeWAV(tone(8000, 300, 100)))
	old, err := s.Say(t.Context(), Request{Prompt: "a"})
	if err != nil {
		t.Fatal(err)
	}
	record(t, folder, "a.wav", EncodeWAV(tone(8000, 600, 100)))
	if err := os.Chtimes(filepath.Join(folder, "a.wav"), time.Time{}, time.Unix(2_000_000_000, 0)); err != nil {
		t.Fatal(err)
	}
	if renewed, err := s.Say(t.Context(), Request{Prompt: "a"}); err != nil || renewed.ETag == old.ETag {
		t.Error("the old recording is still heard", err)
	}
}

func TestAPromptCannotNameAFileElsewhere(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	folder := filepath.Join(parent, "prompts")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	record(t, parent, "secret.wav", EncodeWAV(tone(8000, 300, 100)))
	if err := os.Symlink(filepath.Join(parent, "secret.wav"), filepath.Join(folder, "link.wav")); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"../secret", "/secret", "link", ".", "", "a/b", "..", "A"} {
		if name := (Recorded{folder}).ID(Utterance{Prompt: id}); name != "" {
			t.Errorf("%q finds %s", id, name)
		}
	}
}

func TestABadRecordingGivesWayToTheNextVoice(t *testing.T) {
	t.Parallel()
	folder, other := t.TempDir(), &fake{name: "a"}
	record(t, folder, "bad.wav", []byte("not a sound"))
	record(t, folder, "huge.wav", make([]byte, maxRecording+1))
	s := service(t, Config{Voices: []Voice{Recorded{folder}, other}})
	for _, id := range []string{"bad", "huge"} {
		if _, err := s.Say(t.Context(), Request{Prompt: id, Text: "您好"}); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if other.said.Load() != 2 {
		t.Errorf("the other voice has spoken %d times", other.said.Load())
	}
	if _, err := service(t, Config{Voices: []Voice{Recorded{folder}}}).Say(t.Context(), Request{Prompt: "bad"}); !civic.Is(err, civic.Unavailable) {
		t.Error(err)
	}
}

// rules lists the rules of findings, and checks that each is a sentence.
func rules(t *testing.T, findings []civic.Finding) string {
	t.Helper()
	var out []string
	for _, f := range findings {
		out = append(out, f.Rule)
		if !strings.HasSuffix(f.Say, "。") || strings.ContainsAny(f.Say, ",;!?") || f.Since.IsZero() {
			t.Errorf("%s: %s", f.Rule, f.Say)
		}
	}
	return strings.Join(out, " ")
}

func TestCheckSaysWhatIsMissingAndItsRemedy(t *testing.T) {
	t.Parallel()
	synthesiser(t)
	if got := rules(t, service(t, Config{Cache: t.TempDir(), Prompts: t.TempDir()}).Check(t.Context())); got != "" {
		t.Errorf("all is well, and it finds %s", got)
	}
	folder := t.TempDir()
	record(t, folder, "bad.wav", []byte("not a sound"))
	record(t, folder, "good.wav", EncodeWAV(tone(8000, 300, 100)))
	record(t, folder, "readme.txt", []byte("notes"))
	if got := rules(t, service(t, Config{Espeak: "/nowhere/espeak-ng", Prompts: folder}).Check(t.Context())); got != "speech.espeak speech.recording" {
		t.Error(got)
	}
	if got := rules(t, service(t, Config{Espeak: "/bin/false", Prompts: filepath.Join(folder, "none")}).Check(t.Context())); got != "speech.espeak speech.prompts" {
		t.Error(got)
	}
	cache := filepath.Join(t.TempDir(), "cache")
	s := service(t, Config{Cache: cache})
	if err := os.RemoveAll(cache); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cache, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := rules(t, s.Check(t.Context())); got != "speech.cache" {
		t.Error(got)
	}
}
