package place

import (
	"context"
	"maps"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Presence is whether a place has a feature.
type Presence string

// What may be known of a feature.
const (
	Present Presence = "present"
	Absent  Presence = "absent"
	Unknown Presence = "unknown"
)

// Has is one feature of a place, since when that is known and who said so.
type Has struct {
	Feature  string
	Words    string
	Presence Presence
	Since    time.Time
	By       civic.Party
	Key      bool // it matters most in a place of this kind
}

var errFeature = civic.E(civic.Invalid, "place.feature", "没有这一项，请从单子里选「有」「没有」或「不清楚」。").On("features")

// featuresOf lists every feature of the list with what is known of it, those that
// matter most first.
func featuresOf(q db.Q, id civic.OfficeID) ([]Has, error) {
	var kind string
	if err := q.Get(&kind, `SELECT kind FROM office WHERE id = $1`, id); err != nil {
		return nil, err
	}
	var rows []struct {
		Feature      string
		Present      bool
		Since        time.Time
		ByKind, ByID string
	}
	if err := q.Select(&rows, `SELECT feature, present, since, by_kind, by_id FROM place_feature WHERE office = $1 ORDER BY feature`, id); err != nil {
		return nil, err
	}
	k, _ := KindOf(kind)
	var first, rest []Has
	for _, f := range kindData().Features {
		h := Has{Feature: f.Code, Words: f.Words, Presence: Unknown, Key: slices.Contains(k.Features, f.Code)}
		for _, r := range rows {
			if r.Feature == f.Code {
				h.Presence, h.Since, h.By = Absent, r.Since, civic.Party{Kind: civic.PartyKind(r.ByKind), ID: r.ByID}
				if r.Present {
					h.Presence = Present
				}
			}
		}
		if h.Key {
			first = append(first, h)
		} else {
			rest = append(rest, h)
		}
	}
	return append(first, rest...), nil
}

// SetFeatures says what a place has and lacks. Features that are not named stay;
// one entry is recorded for each that changes.
func (s *Service) SetFeatures(ctx context.Context, actor civic.Actor, id civic.OfficeID, features map[string]Presence) error {
	for f, p := range features {
		if !knownFeature(f) || p != Present && p != Absent && p != Unknown {
			return errFeature
		}
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := keep(tx, tx, id)
		if err != nil {
			return err
		}
		changed := false
		for _, f := range slices.Sorted(maps.Keys(features)) {
			var n int64
			if features[f] == Unknown {
				n, err = tx.Exec(`DELETE FROM place_feature WHERE office = $1 AND feature = $2`, id, f)
			} else {
				n, err = tx.Exec(`INSERT INTO place_feature (office, feature, present, since, by_kind, by_id) VALUES ($1, $2, $3, $4, $5, $6)
					ON CONFLICT (office, feature) DO UPDATE SET present = excluded.present, since = excluded.since, by_kind = excluded.by_kind, by_id = excluded.by_id
					WHERE place_feature.present <> excluded.present`, id, f, features[f] == Present, tx.Now, actor.Operator.Kind, actor.Operator.ID)
			}
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			changed = true
			if err := tx.Record(auth, journal.Event{Act: ActFeatureChanged, Detail: map[string]string{"name": o.Name, "feature": f, "now": string(features[f])}, About: about(id)}); err != nil {
				return err
			}
		}
		if !changed {
			return journal.ErrUnchanged
		}
		return nil
	})
}
