package speech

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"yinqiao/civic"
)

// Check says what is missing for texts to be heard, each in a sentence with its
// remedy: espeak-ng, the folder of recordings, recordings that can't be played,
// the cache that can't be written.
func (s *Service) Check(ctx context.Context) []civic.Finding {
	var out []civic.Finding
	find := func(rule, say string) {
		out = append(out, civic.Finding{Rule: rule, Say: say, Since: s.config.Clock()})
	}
	if s.espeak != nil {
		if _, err := exec.LookPath(s.espeak.Path); err != nil {
			find("speech.espeak", "没有找到语音合成程序 espeak-ng，“读给我听”和语音通知不能朗读不固定的内容。请安装：apt-get install espeak-ng，或在设置中写明它的路径或其他语音合成服务的地址。")
		} else if s.espeak.version() == "" {
			find("speech.espeak", "语音合成程序 espeak-ng 不能运行，不能朗读不固定的内容。请检查它的安装和权限，修好后重新启动。")
		}
	}
	if s.config.Prompts != "" {
		bad, err := checkRecordings(ctx, s.config.Prompts)
		if err != nil {
			find("speech.prompts", fmt.Sprintf("录音文件夹 %s 不能读取，固定的提示音会改用合成语音。请检查文件夹是否存在、是否有读取权限。", s.config.Prompts))
		}
		if len(bad) > 0 {
			find("speech.recording", fmt.Sprintf("有%d个录音不能播放（%s），会改用合成语音。请换成8或16千赫、单声道的WAV文件。", len(bad), strings.Join(bad[:min(3, len(bad))], "、")))
		}
	}
	if s.cache != nil {
		if err := writeAtomic(filepath.Join(s.cache.dir, "probe.tmp"), []byte("1")); err != nil {
			find("speech.cache", fmt.Sprintf("语音缓存文件夹 %s 不能写入，每次朗读都要重新合成，会变慢。请检查磁盘空间和写入权限。", s.cache.dir))
		} else {
			_ = os.Remove(filepath.Join(s.cache.dir, "probe.tmp"))
		}
	}
	return out
}

// checkRecordings reads every recording and returns the names of the bad ones.
func checkRecordings(ctx context.Context, folder string) (bad []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			return bad, nil
		}
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".wav") {
			continue
		}
		if p, err := (Recorded{Folder: folder}).read(e.Name()); err != nil || len(p.Samples) == 0 {
			bad = append(bad, e.Name())
		}
	}
	return bad, nil
}
