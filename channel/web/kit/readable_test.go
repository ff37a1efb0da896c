package kit

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const page = `<!DOCTYPE html><html><body><header>银桥</header><main>
<h1>您要办什么？</h1>
<div class="wrong"><ul><li><a href="#f-x">请选一个。</a></li></ul></div>
<p>打 <a href="tel:95128">95128</a>
问一问</p>
<a class="tile" href="/a"><b>叫车</b><span>送您去医院</span></a>
<a class="tile" href="/b"><b>看病</b></a>
<label class="choice"><input type="radio"><span>社区医院<small>离家近</small></span></label>
<dl><dt>生日</dt><dd>1948年3月5日</dd></dl>
<table><tr><th>时间</th><th>事情</th></tr><tr><td>9点</td><td>取药</td></tr></table>
<details><summary>还有别的</summary><p>藏起来的</p></details>
<p hidden>看不见的</p><p class="only-print">纸上的</p><script>var x = "脚本"</script>
<form><input name="n"><button class="button">查找</button></form>
</main><footer>页脚</footer></body></html>`

func TestAPageIsReadInOrderWithWhatCanBePressedAndWithoutWhatCannotBeSeen(t *testing.T) {
	t.Parallel()
	want := []string{"您要办什么？", "请选一个。", "打 95128 问一问。", "可以点：叫车，送您去医院。", "看病。", "可以选：社区医院，离家近。",
		"生日，1948年3月5日。", "时间，事情。", "9点，取药。", "可以点开看：还有别的。", "可以点：查找。"}
	if got := readable([]byte(page)); !slices.Equal(got, want) {
		t.Errorf("read as\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestALongPageIsCutAtTheEndOfALineAndSaysSo(t *testing.T) {
	t.Parallel()
	got := readable([]byte("<main>" + strings.Repeat("<p>一二三四五六七八九十</p>", 300) + "</main>"))
	n := 0
	for _, l := range got {
		n += utf8.RuneCountInString(l)
	}
	if n > aloudMost+utf8.RuneCountInString(aloudRest) || got[len(got)-1] != aloudRest {
		t.Errorf("%d characters are read, the last line is %q", n, got[len(got)-1])
	}
}

func FuzzReadable(f *testing.F) {
	f.Add([]byte(page))
	f.Add([]byte("<main><table><td>一<main>"))
	f.Fuzz(func(t *testing.T, page []byte) {
		for _, l := range readable(page) {
			if strings.TrimSpace(l) == "" || strings.Contains(l, "\n") {
				t.Errorf("a line is %q", l)
			}
		}
	})
}
