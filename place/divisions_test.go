package place

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"yinqiao/civic"
)

func TestEveryDivisionHasItsParentAboveIt(t *testing.T) {
	t.Parallel()
	level := map[civic.Division]int{}
	for _, d := range Divisions() {
		if d.Level == LevelProvince {
			if d.Parent != "" {
				t.Errorf("province %s has a parent: %q", d.Code, d.Parent)
			}
		} else if level[d.Parent] != d.Level-1 {
			t.Errorf("%s of level %d: its parent %q is not above it", d.Code, d.Level, d.Parent)
		} else if !d.Parent.Covers(d.Code) {
			t.Errorf("%s does not nest in %s", d.Code, d.Parent)
		}
		if level[d.Code] != 0 {
			t.Errorf("%s appears twice", d.Code)
		}
		level[d.Code] = d.Level
	}
}

func TestDivisionsAreSortedByCode(t *testing.T) {
	t.Parallel()
	byCode := func(a, b Division) int { return strings.Compare(string(a.Code), string(b.Code)) }
	if !slices.IsSortedFunc(Divisions(), byCode) {
		t.Error("the divisions are not sorted by code")
	}
}

func TestDivisionNamesAreReadableChinese(t *testing.T) {
	t.Parallel()
	for _, d := range Divisions() {
		if !utf8.ValidString(d.Name) || strings.ContainsAny(d.Name, "?\uFFFD") || strings.TrimSpace(d.Name) != d.Name || d.Name == "" {
			t.Errorf("%s: name %q", d.Code, d.Name)
		}
	}
}

func TestEveryProvinceAndTheTwoPilotsAreThere(t *testing.T) {
	t.Parallel()
	perLevel := map[int]int{}
	cities := map[civic.Division]int{}
	for _, d := range Divisions() {
		perLevel[d.Level]++
		if d.Level == LevelCity {
			cities[d.Parent]++
		}
	}
	if perLevel[LevelProvince] != 31 {
		t.Errorf("%d provinces, want the 31 that the statistical bureau publishes", perLevel[LevelProvince])
	}
	if cities["14"] != 11 || cities["33"] != 11 || len(cities) != 2 {
		t.Errorf("cities by province %v, want 11 each in Shanxi and Zhejiang", cities)
	}
}

func TestTheTwoDemonstrationDistrictsAreCompleteToStreetLevel(t *testing.T) {
	t.Parallel()
	want := map[civic.Division]struct {
		name    string
		streets []string
	}{
		"140105": {"小店区", []string{"坞城街道", "营盘街道", "北营街道", "平阳路街道", "黄陵街道", "小店街道", "龙城街道",
			"北格镇", "西温庄乡", "刘家堡乡"}},
		"330106": {"西湖区", []string{"北山街道", "西溪街道", "翠苑街道", "古荡街道", "西湖街道", "留下街道", "转塘街道",
			"蒋村街道", "灵隐街道", "文新街道", "三墩镇", "双浦镇"}},
	}
	got, names := map[civic.Division][]string{}, map[civic.Division]string{}
	for _, d := range Divisions() {
		got[d.Parent] = append(got[d.Parent], d.Name)
		names[d.Code] = d.Name
	}
	for code, w := range want {
		if names[code] != w.name {
			t.Errorf("%s is called %q, want %s", code, names[code], w.name)
		}
		if !slices.Equal(got[code], w.streets) {
			t.Errorf("%s has %v, want %v", w.name, got[code], w.streets)
		}
	}
}

func TestEveryCountyOfTheTwoPilotCitiesHasStreets(t *testing.T) {
	t.Parallel()
	streets := map[civic.Division]int{}
	for _, d := range Divisions() {
		if d.Level == LevelStreet {
			streets[d.Parent]++
		}
	}
	for _, d := range Divisions() {
		if (d.Parent == "1401" || d.Parent == "3301") && streets[d.Code] == 0 {
			t.Errorf("%s %s has no street", d.Code, d.Name)
		}
	}
}

func TestACallerCannotSpoilTheDivisionsOfOthers(t *testing.T) {
	t.Parallel()
	Divisions()[0].Name = "改"
	if got := Divisions()[0].Name; got != "北京市" {
		t.Errorf("the first division is now called %q", got)
	}
}

func TestABrokenDivisionListIsRefused(t *testing.T) {
	t.Parallel()
	const head = "code,name,parent,level\n"
	for name, text := range map[string]string{
		"an empty file":             "",
		"no column names":           "14，山西省,,1\n",
		"a child before its parent": head + "1401，太原市，14,2\n14，山西省,,1\n",
		"a code twice":              head + "14，山西省,,1\n14，山西省,,1\n",
		"a parent that isn't one":   head + "14，山西省,,1\n33，浙江省,,1\n1401，太原市，33,2\n",
		"a code of another level":   head + "14，山西省,,1\n140105，小店区，14,2\n",
		"an unknown level":          head + "14，山西省,,5\n",
		"a missing name":            head + "14,,,1\n",
		"a missing column":          head + "14，山西省，\n",
	} {
		if _, err := parseDivisions(text); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
