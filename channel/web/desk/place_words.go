package desk

import (
	"math"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/place"
)

// shutReasons are offered when a window is shut, so that one press is enough.
var shutReasons = []string{"人手不够", "设备坏了", "中午休息", "系统停了", "搬到别的窗口", "天气原因"}

func degrees(p place.Point, v float64) string {
	if !p.Known() {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func (v placeView) lat() string { return degrees(v.At, v.At.Lat) }
func (v placeView) lon() string { return degrees(v.At, v.At.Lon) }

// pointOf reads coordinates; both empty is not known, and what is no number is a
// point that the room refuses.
func pointOf(lat, lon string) place.Point {
	if lat == "" && lon == "" {
		return place.Point{}
	}
	read := func(s string) float64 {
		v, err := strconv.ParseFloat(civic.Fold(s), 64)
		if err != nil {
			return math.Inf(1)
		}
		return v
	}
	return place.Point{Lat: read(lat), Lon: read(lon)}
}

var errWindowUntil = civic.E(civic.Invalid, "place.until", "到什么时候要写成 2026-12-31 13:30 这样，要比现在晚；说不准就空着。").On("until")

// untilOf reads a time as people type it; "" is not known.
func untilOf(text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", strings.ReplaceAll(civic.FoldWords(text), "：", ":"), civic.Shanghai)
	if err != nil {
		return nil, errWindowUntil
	}
	return &t, nil
}

// typed is what was typed into a field that was refused, or what the place has.
func (v placeView) typed(name, has string) string {
	if v.Old != nil && v.Old.PostForm.Has(name) {
		return v.Old.PostForm.Get(name)
	}
	return has
}
