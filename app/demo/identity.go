package demo

import (
	"fmt"
	"strings"
	"time"

	"yinqiao/civic"
)

// The identifiers of the demonstration. Each follows its standard in form and
// falls outside what was ever handed out:
//   - a resident ID (GB 11643-1999) of a county 99 that no city has;
//   - a mobile number beginning 12, which no operator was ever given;
//   - cards whose numbers are ours.

// residentID makes an 18-digit number: county, birth, sequence (odd for men,
// even for women) and the check character of ISO 7064 MOD 11-2.
func (d *draw) residentID(home civic.Division, birth time.Time, sex string) string {
	for {
		seq := 1 + 2*d.IntN(497) // 001 … 993; 996 to 999 once marked centenarians
		if sex == Female {
			seq++
		}
		body := fmt.Sprintf("%s%s%03d", impossibleCounty(home), birth.Format("20060102"), seq)
		if d.claim("id", body) {
			return body + string(checkCharacter(body))
		}
	}
}

// impossibleCounty is the county 99 of a street's city, such as 140199. A
// validator that knows provinces and cities accepts it; no person has it.
func impossibleCounty(street civic.Division) string { return string(street[:4]) + "99" }

// checkCharacter computes the last character of a resident ID.
func checkCharacter(body string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(body[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// mobile makes an 11-digit number. The third digit keeps away from 120, 122,
// 12345 and the other short numbers: an exchange that connects as soon as it
// knows enough digits must not ring an ambulance for a demonstration.
func (d *draw) mobile() string {
	for {
		if n := "12" + d.letters(1, "46789") + d.letters(8, "0123456789"); d.claim("mobile", n) {
			return n
		}
	}
}

// seniorCard makes the number of a senior card (老年优待证).
func (d *draw) seniorCard() string {
	for {
		if n := "SN" + d.letters(10, "0123456789"); d.claim("senior", n) {
			return n
		}
	}
}

// socialSecurityCard makes the number on the face of a social-security card:
// opaque, 9 to 12 capital letters and digits.
func (d *draw) socialSecurityCard() string {
	for {
		n := d.letters(1, "ABCDEFGHJKLMNPQRSTUVWXY") + d.letters(8+d.IntN(4), "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ")
		if d.claim("social", n) {
			return n
		}
	}
}

func (d *draw) letters(n int, from string) string {
	var b strings.Builder
	for range n {
		b.WriteByte(from[d.IntN(len(from))])
	}
	return b.String()
}

// claim reports whether the number was still free, and takes it.
func (d *draw) claim(kind, number string) bool {
	key := kind + number
	if d.taken[key] {
		return false
	}
	d.taken[key] = true
	return true
}
