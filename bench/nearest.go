package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// placesMany is how many places there are: those of a large province.
const placesMany = 50_000

// nearestMost is the limit of one search, in milliseconds at the 95th percentile.
const nearestMost = 5.0

// nearest measures place.Nearest in a journal.Look, half of the searches by street
// and half by coordinates, beside one prepared read of the index by kind and
// street.
func (b *bench) nearest(ctx context.Context, e db.Dialect) error {
	s, err := b.disk.fresh(ctx, e, "nearest")
	if err != nil {
		return err
	}
	defer func() { _ = s.drop(context.WithoutCancel(ctx)) }()
	r, err := s.open(ctx, true)
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.place.LoadDivisions(ctx); err != nil {
		return err
	}
	streets, kinds, err := r.fillPlaces(ctx)
	if err != nil {
		return err
	}
	if e == db.Postgres {
		if _, err := r.db.Pool().ExecContext(ctx, `VACUUM ANALYZE office`); err != nil { // as its own housekeeping does within minutes
			return err
		}
	}
	bare, err := s.bare(4, false)
	if err != nil {
		return err
	}
	defer bare.Close()
	stmt, err := bare.PrepareContext(ctx, `SELECT id, name, address FROM office WHERE kind = $1 AND division >= $2 AND division < $3 ORDER BY division, name, id LIMIT 20`)
	if err != nil {
		return err
	}
	now := time.Now()
	search := func(byPoint bool) error {
		from := place.From{Division: streets[rand.IntN(len(streets))]}
		if byPoint {
			from.At = somewhere()
		}
		var got []place.Near
		err := r.journal.Look(ctx, sys, func(v *journal.View) error {
			var err error
			got, err = place.Nearest(v, from, place.Want{Kinds: []string{kinds[rand.IntN(len(kinds))]}, At: now, OpenFirst: true})
			return err
		})
		if err == nil && len(got) == 0 {
			err = fmt.Errorf("nothing was found from %s", from.Division)
		}
		return err
	}
	index := func() error {
		d := streets[rand.IntN(len(streets))]
		return readAll(stmt.QueryContext(ctx, kinds[rand.IntN(len(kinds))], d.County(), string(d.County())+"~"))
	}
	var street, point, peer []float64
	for i := range b.rounds + 1 {
		for range b.lookups / 10 {
			for _, m := range []struct {
				to *[]float64
				do func() error
			}{{&street, func() error { return search(false) }}, {&point, func() error { return search(true) }}, {&peer, index}} {
				began := time.Now()
				if err := m.do(); err != nil {
					return err
				}
				if i > 0 { // caches fill, statements are prepared
					*m.to = append(*m.to, float64(time.Since(began).Microseconds())/1000)
				}
			}
		}
	}
	all := slices.Concat(street, point)
	v, p := quantile(all, 0.95), quantile(peer, 0.95)
	met := v <= nearestMost
	b.lines.print(line{Name: "nearest." + string(e), Value: v, Unit: "ms at p95", Peer: "one prepared read of the index by kind and county", PeerValue: p, Ratio: v / p,
		Want: fmt.Sprintf("value <= %g", nearestMost), Met: &met, extra: extra{"places": placesMany, "median_ms": round(median(all)), "peer_median_ms": round(median(peer)),
			"street_p95_ms": round(quantile(street, 0.95)), "point_p95_ms": round(quantile(point, 0.95)), "searches": len(all)}})
	return nil
}

// somewhere is a point in or round a city of Shanxi.
func somewhere() place.Point {
	return place.Point{Lat: 37.0 + rand.Float64()*1.6, Lon: 111.8 + rand.Float64()*1.6}
}

// fillPlaces enters the places, spread over the streets of Taiyuan and the counties
// of Shanxi and over twenty kinds.
func (r *rooms) fillPlaces(ctx context.Context) (streets []civic.Division, kinds []string, err error) {
	var where []civic.Division
	for _, d := range place.Divisions() {
		if d.Level == place.LevelStreet && d.Code[:4] == "1401" {
			streets = append(streets, d.Code)
		}
		if d.Level >= place.LevelCounty && d.Code[:2] == "14" {
			where = append(where, d.Code)
		}
	}
	for _, k := range place.Kinds()[:20] {
		kinds = append(kinds, k.Code)
	}
	for i := range placesMany {
		o := place.Office{Kind: kinds[i%len(kinds)], Name: fmt.Sprintf("第%d号", i), Division: where[rand.IntN(len(where))], Address: "听汾路66号", Phone: "0351-0660120",
			Hours: fmt.Sprintf("周一至周五 %d:30–12:00，14:00–17:%02d；法定节假日休息", 7+i%3, 10*(i%5))}
		if i%3 > 0 {
			o.At = somewhere()
		}
		if _, err = r.place.Open(ctx, sys, o); err != nil {
			return nil, nil, err
		}
	}
	return streets, kinds, nil
}

func readAll(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b, c string
		if err := rows.Scan(&a, &b, &c); err != nil {
			return err
		}
	}
	return rows.Err()
}
