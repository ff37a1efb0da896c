package catalog_test
import ("testing";"strings";"time";"yinqiao/catalog";"runtime")
func TestZZ(t *testing.T) {
	for _, n := range []int{1000, 10000, 100000} {
		s := strings.Replace(example, "{key: sort, in: [a]}", strings.Repeat("{all: [", n)+"{key: sort, in: [a]}"+strings.Repeat("]}", n), 1)
		t0 := time.Now()
		_, err := catalog.Parse([]byte(s))
		var m runtime.MemStats; runtime.ReadMemStats(&m)
		e := ""
		if err != nil { e = err.Error(); if len(e) > 100 { e = e[:100] } }
		t.Log(n, len(s), time.Since(t0), e, m.Sys>>20)
	}
	b := "a0: &a0 [{key: sort, in: [a]}]\n"
	for i := 1; i < 7; i++ {
		p := "{all: *a"+string(rune('0'+i-1))+"}"
		b += "a"+string(rune('0'+i))+": &a"+string(rune('0'+i))+" ["+strings.Repeat(p+",", 9)+p+"]\n"
	}
	t0 := time.Now()
	_, err := catalog.Parse([]byte(strings.Replace(example, "{key: sort, in: [a]}", "{all: *a6}", 1)+b))
	e := ""; if err != nil { e = err.Error(); if len(e) > 100 { e = e[:100] } }
	t.Log(time.Since(t0), e)
}
