package place

import (
	"cmp"
	"embed"
	"slices"

	"yinqiao/civic"
	"yinqiao/ruledata"
)

//go:embed data/tiles.yaml
var tileData embed.FS

var tiles = ruledata.Must[struct {
	Version int
	Source  string
	Tiles   map[civic.Division][2]int
}](tileData, "data/tiles.yaml")

// Tile is the square of a division on a map of squares.
type Tile struct {
	Division    civic.Division
	Column, Row int
}

// tilesAcross is how many squares a row has where nothing is known of where divisions lie.
const tilesAcross = 5

// Tiles lays divisions out on a map of squares: as they lie to each other where that is
// known of all of them, else in the order of their codes; known says which.
func Tiles(ds []civic.Division) (out []Tile, known bool) {
	known = len(ds) > 0
	for _, d := range ds {
		_, has := tiles.Tiles[d]
		known = known && has
	}
	ds = slices.SortedFunc(slices.Values(ds), func(a, b civic.Division) int { return cmp.Compare(a, b) })
	for i, d := range ds {
		at := [2]int{i % tilesAcross, i / tilesAcross}
		if known {
			at = tiles.Tiles[d]
		}
		out = append(out, Tile{d, at[0], at[1]})
	}
	return out, known
}
