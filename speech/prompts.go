package speech

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

// maxRecording bounds a recorded prompt, in bytes: two minutes at 16 kHz.
const maxRecording = 4 << 20

// Recorded says what a person has recorded: WAV files in a folder, named by the
// prompt's id (welcome.wav) or by the content key of the text (PromptKey).
type Recorded struct{ Folder string }

var promptID = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,79}$`)

// PromptKey is the name, without .wav, under which a recording of a text is
// looked for. Full-width signs and blanks at the ends make no difference.
func PromptKey(text string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(string(fold(text)))))
	return hex.EncodeToString(sum[:8])
}

// ID is the recording's file with its size and time, or empty when there is none.
func (v Recorded) ID(u Utterance) string {
	name, info := v.find(u)
	if info == nil {
		return ""
	}
	return fmt.Sprintf("recorded %s %d %d", name, info.Size(), info.ModTime().UnixNano())
}

// Say returns the recording. The style makes no difference to it.
func (v Recorded) Say(_ context.Context, u Utterance, _ Style) (PCM, error) {
	name, info := v.find(u)
	if info == nil {
		return PCM{}, silent(errors.New("no recording"))
	}
	p, err := v.read(name)
	if err != nil {
		return PCM{}, silent(fmt.Errorf("%s: %w", name, err))
	}
	return p, nil
}

func (v Recorded) find(u Utterance) (string, fs.FileInfo) {
	var names []string
	if promptID.MatchString(u.Prompt) {
		names = append(names, u.Prompt+".wav")
	}
	if u.Text != "" {
		names = append(names, PromptKey(u.Text)+".wav")
	}
	root, err := os.OpenRoot(v.Folder)
	if err != nil {
		return "", nil
	}
	defer root.Close()
	for _, name := range names {
		if info, err := root.Stat(name); err == nil && info.Mode().IsRegular() {
			return name, info
		}
	}
	return "", nil
}

func (v Recorded) read(name string) (PCM, error) {
	root, err := os.OpenRoot(v.Folder)
	if err != nil {
		return PCM{}, err
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return PCM{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxRecording+1))
	if err != nil {
		return PCM{}, err
	}
	if len(data) > maxRecording {
		return PCM{}, fmt.Errorf("larger than %d bytes", maxRecording)
	}
	return DecodeWAV(data)
}
