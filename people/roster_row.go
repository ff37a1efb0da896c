package people

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/sheet"
)

// Finding is what is wrong with one cell of a list, in words. It repeats nothing
// of what the cell holds.
type Finding struct {
	Field string `json:"f"` // key of the column, "" for the row as a whole
	Say   string `json:"s"`
}

// Title is the usual heading of the column that is meant.
func (f Finding) Title() string { return fieldTitle(f.Field) }

// rosterReader turns rows of one list into registrations.
type rosterReader struct {
	columns  []string // key of each column
	division civic.Division
	streets  map[string]civic.Division // by folded name, within the division
	now      time.Time
}

func (r *rosterReader) cells(l sheet.Line) map[string]string {
	out := map[string]string{}
	for i, c := range l.Cells {
		if i < len(r.columns) && r.columns[i] != "" {
			out[r.columns[i]] = c
		}
	}
	return out
}

var rosterCards = []CredentialKind{KindResidentID, KindSeniorCard, KindSocialSecurity}

// row reads one row. wrong keeps it out; notes are worth a look and do not.
func (r *rosterReader) row(l sheet.Line) (in Registration, wrong, notes []Finding) {
	c := r.cells(l)
	bad := func(field string, err error) { wrong = append(wrong, Finding{field, civic.As(err).Say}) }
	var err error
	if in.Name, err = CleanName(c["name"]); err != nil {
		bad("name", err)
	}
	in.Division, in.Village, in.Address = r.division, c["village"], c["address"]
	if err := r.home(&in, c["street"]); err != nil {
		bad("street", err)
	}
	for _, kind := range rosterCards {
		text := c[string(kind)]
		if text == "" {
			continue
		}
		in.Credentials = append(in.Credentials, Card{kind, text})
		if say := mangledCard(text, kind); say != "" {
			wrong = append(wrong, Finding{string(kind), say})
		} else if _, err := normalise(kind, text, r.now); err != nil {
			bad(string(kind), err)
		}
	}
	if len(in.Credentials) == 0 {
		bad("resident_id", errNoCard)
	}
	in.Phones, wrong = phonesOf(c["phone"], c["whose"], wrong)
	if in.Sex, err = sexOf(c["sex"]); err != nil {
		bad("sex", err)
	}
	if in.Birth, err = sheet.Day(c["birth"]); err == nil && in.Birth != "" && !birthFits(in.Birth, r.now) {
		err = errBirth
	}
	if err != nil && c[string(KindResidentID)] == "" {
		bad("birth", err)
	}
	if err != nil {
		in.Birth = ""
	}
	if id, err := ParseResidentID(c[string(KindResidentID)], r.now); err == nil {
		if birth := id.Birth.Format(time.DateOnly); in.Birth != "" && in.Birth != birth {
			notes = append(notes, Finding{"birth", "出生日期和身份证号里的不一样，登记时按身份证号。"})
		}
		if in.Sex != "" && in.Sex != Unknown && in.Sex != id.Sex {
			notes = append(notes, Finding{"sex", "性别和身份证号里的不一样，登记时按身份证号。"})
		}
	}
	return in, wrong, notes
}

var (
	errRosterHome   = civic.E(civic.Invalid, "roster.home", "看不出住在哪个街道：请把街道写成全名，或导入时选定街道。")
	errRosterMany   = civic.E(civic.Invalid, "roster.phones", "这一格里的电话太多了，最多写10个。")
	errRosterPrefix = civic.E(civic.Invalid, "roster.prefix", "座机区号前面的0被表格软件去掉了。请把这一列设成「文本」，重新写成0351-1234567这样。")
	errRosterSci    = civic.E(civic.Invalid, "roster.scientific", "号码被表格软件改成了科学记数（像1.4E+17），后面的数字已经丢了。请把这一列设成「文本」，照着证件重新填。")
	errRosterZeros  = civic.E(civic.Invalid, "roster.zeros", "号码最后三位是000，多半是表格软件只留了前15位。请把这一列设成「文本」，照着证件重新填；证件上真是000的，请到窗口单独登记。")
	errRosterPoint  = civic.E(civic.Invalid, "roster.point", "号码后面多了小数点，是表格软件把它当成了数。请把这一列设成「文本」，照着证件重新填。")
)

// home brings the street's name to a code, under the division of the list.
func (r *rosterReader) home(in *Registration, street string) error {
	if street != "" {
		d, ok := r.streets[foldStreet(street)]
		if ok {
			in.Division = d
			return nil
		}
	}
	switch {
	case len(r.division) >= 9:
		return nil
	case r.streets[foldStreet(in.Village)] != "":
		in.Division = r.streets[foldStreet(in.Village)]
		return nil
	}
	return errRosterHome
}

// foldStreet drops the county in front and the kind of place at the end, which
// lists leave out as often as not.
func foldStreet(s string) string {
	s = foldHeading(s)
	for _, kind := range []string{"街道办事处", "街道办", "街道", "地区", "镇", "乡"} {
		if rest, ok := strings.CutSuffix(s, kind); ok && utf8.RuneCountInString(rest) > 1 {
			return rest
		}
	}
	return s
}

var scientific = regexp.MustCompile(`^\d(\.\d+)?[eE]\+?\d{1,2}$`)

// mangledCard says what a spreadsheet did to a number, "" if nothing can be seen.
func mangledCard(text string, kind CredentialKind) string {
	s := civic.Fold(text)
	digits := civic.Digits(text)
	switch {
	case scientific.MatchString(s):
		return errRosterSci.Say
	case strings.HasSuffix(s, ".0") || strings.HasSuffix(s, ".00"):
		return errRosterPoint.Say
	case len(digits) >= 16 && allDigits(digits) && strings.HasSuffix(digits, strings.Repeat("0", len(digits)-15)) && (kind != KindResidentID || len(digits) == 18):
		return errRosterZeros.Say
	}
	return ""
}

var phoneSplit = regexp.MustCompile(`[、，,；;/\n]|\s或\s?|\s{2,}`)

func phonesOf(cell, whose string, wrong []Finding) ([]Phone, []Finding) {
	if w, ok := rules.Whose[civic.Fold(whose)]; ok {
		whose = w
	}
	whose = foldWhose(whose)
	if utf8.RuneCountInString(whose) > 20 || civic.HoldsNumber(whose) {
		wrong = append(wrong, Finding{"whose", errWhose.Say})
	}
	var out []Phone
	for _, p := range phoneSplit.Split(cell, -1) {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		if err := checkPhone(p); err != nil {
			wrong = append(wrong, Finding{"phone", err.Say})
		}
		out = append(out, Phone{p, whose})
	}
	if len(out) > mostEach {
		return nil, append(wrong, Finding{"phone", errRosterMany.Say})
	}
	return out, wrong
}

// checkPhone is CleanPhone with the word for what a spreadsheet did.
func checkPhone(text string) *civic.Error {
	if _, err := CleanPhone(text); err == nil {
		return nil
	}
	s := civic.Digits(text)
	switch {
	case scientific.MatchString(civic.Fold(text)):
		return errRosterSci
	case allDigits(s) && (len(s) == 9 || len(s) == 10 || len(s) == 11) && (s[0] >= '2' && s[0] <= '9' || len(s) == 10 && s[:2] == "10"):
		return errRosterPrefix
	}
	return errPhone
}

func sexOf(cell string) (Sex, error) {
	if cell == "" {
		return "", nil
	}
	if s, ok := rules.Sex[strings.ToLower(civic.Fold(cell))]; ok {
		return s, nil
	}
	return "", errSex
}
