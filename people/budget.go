package people

import (
	"context"
	"strings"

	"yinqiao/civic"
	"yinqiao/journal"
)

// The acts of looking people up by whole numbers.
var (
	// ActMissed is a whole number by which nobody was found: whoever tries numbers out leaves
	// these.
	ActMissed = journal.Define("people.missed", "按完整的证件号或电话查找，没有找到人")
	// ActChecked is a number that a member of staff typed having been looked up to register
	// somebody by it, or to enter it as another card of theirs.
	ActChecked = journal.Define("people.checked", "登记前按完整的证件号查了有没有人用")
	// ActLookupsSpent is a member of staff having had all the look-ups of an hour or a day. It
	// is about the county, as LookupsOf names it, for whoever reviews look-ups there.
	ActLookupsSpent = journal.Define("people.lookups_spent", "按完整的证件号、电话查人，到了一小时或一天的上限")
)

var (
	errHourSpent = civic.E(civic.Exhausted, "find.hour", "您这个钟点里按完整的证件号、电话查的人太多了，先不能再这样查。老人带了证件的，请放到读卡器上，照样能办；没有读卡器的，请同事来查，或等下一个整点再查。确实要查这么多，请告诉本辖区的监督人员。")
	errDaySpent  = civic.E(civic.Exhausted, "find.day", "您今天按完整的证件号、电话查的人太多了，今天不能再这样查。老人带了证件的，请放到读卡器上，照样能办；没有读卡器的，请同事来查。确实要查这么多，请告诉本辖区的监督人员。")
)

// LookupsOf names what the entries are about by which look-ups in a division are reviewed;
// those of the divisions inside begin with it.
func LookupsOf(in civic.Division) string { return "lookups/" + string(in) }

// LookupsADay is how many look-ups by a whole number a member of staff has in a day, and in
// an hour.
func LookupsADay() (day, hour int) { return showing.Day, showing.Hour }

// spend takes one look-up by a whole number from those that the member of staff at the
// controls has, and says what its entry is about, so that it is counted. Exhausted when there
// are none left: who comes with a card is opened by a reader all the same, which costs
// nothing. Nor does the card that they looked up today already; card is "" where none was
// found. Two at the same moment may both be the last. seen marks which number it was, for the
// same member on the same day, and is "" of a phone or where it does not matter.
func spend(tx *journal.Tx, auth civic.Authority, card, seen string) ([]journal.About, error) {
	who := tx.Actor.Staff()
	if who == "" {
		return nil, nil
	}
	day, hour := dayOf(tx.Now), tx.Now.In(civic.Shanghai).Format("2006-01-02T15")
	again := 0
	if err := tx.Get(&again, `SELECT COUNT(*) FROM journal_about b JOIN journal_about a ON a.entry = b.entry AND a.id = $1 WHERE b.id = $2`,
		string(who)+"/"+day, card); err != nil || again > 0 {
		return nil, err
	}
	var out []journal.About
	if seen != "" {
		out = append(out, journal.About{ID: seen, Kind: "lookups", Role: "object"})
	}
	for _, x := range []struct {
		what, of string // of the day, of the hour
		most     int
		refusal  *civic.Error
	}{{"day", day, showing.Day, errDaySpent}, {"hour", hour, showing.Hour, errHourSpent}} {
		counted := journal.About{ID: string(who) + "/" + x.of, Kind: "lookups", Role: "object"}
		var had int
		if err := tx.Get(&had, `SELECT COUNT(*) FROM journal_about WHERE id = $1`, counted.ID); err != nil {
			return nil, err
		}
		if had >= x.most {
			return nil, x.refusal
		}
		if had+1 == x.most {
			if err := tx.Record(auth, journal.Event{Act: ActLookupsSpent, Detail: map[string]string{"spent": x.what}, About: []journal.About{
				{ID: string(who), Kind: "staff", Role: "object"}, {ID: LookupsOf(auth.Division()), Kind: "lookups", Role: "object"}}}); err != nil {
				return nil, err
			}
		}
		out = append(out, counted)
	}
	return out, nil
}

// seenBy is what tells for a day that somebody at the controls, or a reader of an office, had
// the number of a card before them. It says nothing to whoever does not have the number, and
// is another on each day and for each of them.
func (s *Service) seenBy(who, day, hash string) string {
	return s.v.Index("seen", who+"/"+day+"/"+hash)
}

// ReadAt marks in the entry of a reader's read which number it read, so that whoever registers
// it at that office on that day has not typed it to try it out.
func (s *Service) ReadAt(tx *journal.Tx, office civic.OfficeID, number string) journal.About {
	return journal.About{ID: s.seenBy(string(office), dayOf(tx.Now), s.CredentialHash(s.folded(number))), Kind: "lookups", Role: "object"}
}

// folded is the number of a card in the form in which it is kept.
func (s *Service) folded(number string) string {
	number = strings.ToUpper(civic.Digits(number))
	if id, err := ParseResidentID(number, s.j.Now()); err == nil {
		number = id.Number
	}
	return number
}

// charge lets the numbers that are to become somebody's cost a look-up each, before it is
// known whether they are anybody's, so that with none left a free one and a taken one are
// answered the same. may is what the act needs. Free are those that the same member looked up
// on that day, and those that a reader of their office read. Exhausted when there are none
// left.
func (s *Service) charge(ctx context.Context, actor civic.Actor, may civic.Need, hashes ...string) error {
	if actor.Staff() == "" || len(hashes) == 0 {
		return nil
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(may)
		if err != nil {
			return err
		}
		day := dayOf(tx.Now)
		for _, hash := range hashes {
			seen := s.seenBy(string(actor.Staff()), day, hash)
			known := 0
			if err := tx.Get(&known, `SELECT COUNT(*) FROM journal_about WHERE id IN ($1, $2)`, seen, s.seenBy(string(auth.Office()), day, hash)); err != nil {
				return err
			}
			if known > 0 {
				continue
			}
			spent, err := spend(tx, auth, "", seen)
			if err != nil {
				return err
			}
			if err := tx.Record(auth, journal.Event{Act: ActChecked, About: spent}); err != nil {
				return err
			}
		}
		if len(tx.Recorded()) == 0 {
			return journal.ErrUnchanged
		}
		return nil
	})
}

// isWhole reports whether a text is a whole number of a card or a phone, and not a part of
// one, a birth or a name.
func isWhole(text string) bool {
	if _, err := CleanPhone(text); err == nil {
		return true
	}
	return looksLikeCard(strings.ToUpper(civic.Digits(text)))
}
