package speech

import (
	"bytes"
	"context"
	"math"
	"os/exec"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
)

// synthesiser is the real espeak-ng. These tests are nothing without it.
func synthesiser(t testing.TB) *Espeak {
	t.Helper()
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		t.Fatal("espeak-ng is missing: run tools/test-deps.sh, or apt-get install espeak-ng")
	}
	return NewEspeak("")
}

func say(t *testing.T, text string, s Style) PCM {
	t.Helper()
	p, err := synthesiser(t).Say(t.Context(), Utterance{Text: text, Reading: Read(text)}, s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const greeting = "您好这里是老年人服务热线请问您要办什么事"

func TestASentenceIsHeardAtAPaceForOlderEars(t *testing.T) {
	t.Parallel()
	for _, text := range []string{greeting, "王奶奶的车是浙A12345", "二〇二六年十一月二十三日上午九点零五分", "请带上身份证和银行卡到社区卫生服务中心"} {
		p := say(t, text, Style{})
		if loud := rms(p); loud < 500 {
			t.Errorf("%s is nearly silent: %g", text, loud)
		}
		spoken := p.Duration().Seconds()
		for _, tok := range Speak(text) {
			spoken -= tok.Pause.Duration().Seconds()
		}
		if pace := float64(Syllables(Speak(text))) / spoken; pace < 2.5 || pace > 5 {
			t.Errorf("%s: %.2f syllables a second", text, pace)
		}
	}
}

func TestASlowerStyleIsSlower(t *testing.T) {
	t.Parallel()
	usual, slow := say(t, "尾号0357，请记好", Style{}), say(t, "尾号0357，请记好", Slow)
	if slow.Duration() < usual.Duration()*5/4 {
		t.Errorf("%v is hardly slower than %v", slow.Duration(), usual.Duration())
	}
	tooFast := say(t, greeting, Style{Rate: 50})
	if pace := float64(Syllables(Speak(greeting))) / tooFast.Duration().Seconds(); pace > 7 {
		t.Errorf("a style beyond all bounds gives %.1f syllables a second", pace)
	}
}

func TestPausesAreSilentAndAsLongAsTheyShouldBe(t *testing.T) {
	t.Parallel()
	p := say(t, "叫车，请按1。看病，请按2。", Style{})
	longest, run := 0, 0
	for _, s := range p.Samples {
		if s == 0 {
			run++
		} else {
			run = 0
		}
		longest = max(longest, run)
	}
	if d := time.Duration(longest) * time.Second / time.Duration(p.Rate); d < time.Second {
		t.Errorf("the longest silence is %v", d)
	}
}

func TestDifferentNumbersSoundDifferent(t *testing.T) {
	t.Parallel()
	heard := map[string]string{}
	for _, text := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "10", "12元", "12个", "尾号1", "尾号7"} {
		file := string(EncodeWAV(say(t, text, Style{})))
		if other, same := heard[file]; same {
			t.Errorf("%s sounds like %s", text, other)
		}
		heard[file] = text
	}
}

func TestTheSameTextGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	a, b := say(t, greeting, Style{}), say(t, greeting, Style{})
	if !bytes.Equal(EncodeWAV(a), EncodeWAV(b)) {
		t.Error("two runs differ")
	}
}

func TestEverySyllableIsSaidAsOne(t *testing.T) {
	t.Parallel()
	// espeak-ng spells out what it takes for a foreign word; that is longer than a syllable can be.
	for _, syllable := range []string{"lv4", "nv3", "lve4", "er2", "kiu4", "zhei4", "kei4", "yo1", "ei1", "den4", "fiao4", "dianr3", "huar1", "shir4", "huir4", "zhuang4", "xiong2", "a5", "o4", "weng1", "chua1", "rua2"} {
		p, err := synthesiser(t).Say(t.Context(), Utterance{Reading: Reading{Tokens: []Token{{Pinyin: syllable}}}}, Style{})
		if err != nil {
			t.Fatal(err)
		}
		if d := p.Duration(); d < 80*time.Millisecond || d > 750*time.Millisecond {
			t.Errorf("%s lasts %v", syllable, d)
		}
	}
}

func TestTheSuffixIsJoinedAsTheSynthesiserWantsIt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"dianr3": "dia3r", "huar1": "hua1r", "fangr4": "fa4r", "er2": "er2", "ni3": "ni3", "shir4": "shi4r", "mingr2": "mi2r"} {
		if got := espeakSyllable(in); got != want {
			t.Errorf("%s is given as %s, not %s", in, got, want)
		}
	}
}

func TestASynthesiserThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	u := Utterance{Text: "您好", Reading: Read("您好")}
	missing := NewEspeak("/nowhere/espeak-ng")
	if missing.ID(u) != "" {
		t.Error("a program that isn't there has a version")
	}
	if _, err := missing.Say(t.Context(), u, Style{}); !civic.Is(err, civic.Unavailable) {
		t.Error(err)
	}
	if _, err := NewEspeak("/bin/false").Say(t.Context(), u, Style{}); !civic.Is(err, civic.Unavailable) {
		t.Error(err)
	}
	if _, err := NewEspeak("/bin/true").Say(t.Context(), u, Style{}); !civic.Is(err, civic.Unavailable) {
		t.Errorf("a program that makes no sound: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := synthesiser(t).Say(ctx, u, Style{}); !civic.Is(err, civic.Unavailable) {
		t.Error(err)
	}
}

func TestThePhoneAndTheWebGetTheirFormats(t *testing.T) {
	t.Parallel()
	synthesiser(t)
	s := service(t, Config{})
	seconds := map[Format]float64{}
	for format, rate := range map[Format]int{Phone: 8000, Web: 16000} {
		clip, err := s.Say(t.Context(), Request{Text: greeting, Format: format})
		if err != nil {
			t.Fatal(err)
		}
		p, err := DecodeWAV(clip.Data)
		if err != nil || p.Rate != rate || rms(p) < 500 {
			t.Errorf("format %d: %d Hz, %v", format, p.Rate, err)
		}
		if !strings.HasPrefix(format.Type(), "audio/") {
			t.Error(format.Type())
		}
		seconds[format] = p.Duration().Seconds()
	}
	if math.Abs(seconds[Phone]-seconds[Web]) > 0.01 {
		t.Errorf("%v", seconds)
	}
}
