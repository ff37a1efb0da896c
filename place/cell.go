package place

import "math"

// The grid divides the world into four again and again. A cell's name begins with
// the name of the cell it lies in, so that all places of a larger cell are one
// range of the index.
const cellDepth = 16 // the finest: about 300 by 450 m in the middle of China

func (p Point) cell() string {
	if !p.Known() {
		return ""
	}
	x, y := p.grid(cellDepth)
	return cellName(x, y, cellDepth)
}

// grid is the column and row of the point's cell at a depth.
func (p Point) grid(depth int) (x, y int) {
	n := float64(int(1) << depth)
	return int((p.Lon + 180) / 360 * n), int((p.Lat + 90) / 180 * n)
}

func cellName(x, y, depth int) string {
	b := make([]byte, depth)
	for i := range b {
		shift := depth - 1 - i
		b[i] = byte('0' + (x >> shift & 1) + 2*(y>>shift&1))
	}
	return string(b)
}

// around names the point's cell and its eight neighbours at a depth. All that is
// nearer than sure metres lies in them.
func (p Point) around(depth int) (names []string, sure float64) {
	x, y := p.grid(depth)
	side := int(1) << depth
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if cx, cy := x+dx, y+dy; cx >= 0 && cy >= 0 && cx < side && cy < side {
				names = append(names, cellName(cx, cy, depth))
			}
		}
	}
	high := 180 / float64(side) * metresPerDegree
	// Columns are narrowest towards the pole.
	wide := 360 / float64(side) * metresPerDegree * math.Cos((math.Abs(p.Lat)+360/float64(side))*math.Pi/180)
	return names, math.Min(high, wide)
}

const metresPerDegree = 111_195 // of latitude, on a sphere of 6,371 km

// Metres is the distance to another point as the crow flies.
func (p Point) Metres(q Point) float64 {
	rad := math.Pi / 180
	dLat, dLon := (q.Lat-p.Lat)*rad, (q.Lon-p.Lon)*rad
	a := math.Sin(dLat/2)*math.Sin(dLat/2) + math.Cos(p.Lat*rad)*math.Cos(q.Lat*rad)*math.Sin(dLon/2)*math.Sin(dLon/2)
	return 2 * 6_371_000 * math.Asin(math.Sqrt(math.Min(1, a)))
}
