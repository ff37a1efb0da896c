package ledger

import (
	"regexp"
	"strings"
)

// The force of a sentence is that of the verb that governs it:
//
//   - 应、须、必须、不得、严禁、确保 anywhere make it Must;
//   - otherwise its first clause that is not a circumstance (在…、针对…、为…)
//     decides: 探索 makes it Explored; 鼓励、引导、推动、支持 make it Encouraged;
//   - any other verb is a plain imperative, and Must. So is one that follows
//     such a clause as a new sentence, but what depends on 引导… does not.
//
// The force of a measure is the strongest of its sentences.
var (
	duty         = regexp.MustCompile(`必须|不得|严禁|禁止|务必|确保|应当|应(?:[^用急对答变届聘]|$)|须(?:[^知]|$)`)
	dutyNoun     = regexp.MustCompile(`(?:供|适|相|响|对|反|效|感|顺|呼|照|回|理)应`)
	explore      = regexp.MustCompile(`^(?:积极|大胆|主动|稳步|逐步|进一步|加快|要|并|同时)*(?:探索|试行)|^.{0,40}可(?:以|结合实际)?(?:积极)?探索`)
	encourage    = regexp.MustCompile(`^(?:积极|大力|重点|进一步|努力|逐步|稳步|加快|持续|广泛|要|并|同时|有序|着力|切实|充分|深入)*(?:鼓励|引导|推动|支持|倡导|提倡)`)
	condition    = regexp.MustCompile(`^(?:在|针对|围绕|通过|对|对于|为|为了|以|按照|按|根据|依托|依据|充分发挥|结合|坚持|当|到|从|随着|由于|如|若|有条件的.{0,12}$|具备条件的.{0,12}$)`)
	sentenceEnds = "。；！？\n"
)

// force reads the force of a text that may have several sentences.
func force(text string) Force {
	best := Force("")
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(sentenceEnds, r) }) {
		if f := sentenceForce(strings.TrimSpace(s)); strength(f) > strength(best) {
			if best = f; f == Must {
				break
			}
		}
	}
	if best == "" {
		return Must
	}
	return best
}

func strength(f Force) int {
	switch f {
	case Must:
		return 3
	case Encouraged:
		return 2
	case Explored:
		return 1
	}
	return 0
}

func sentenceForce(s string) Force {
	if runes(s) < 2 {
		return ""
	}
	if duty.MatchString(dutyNoun.ReplaceAllString(s, "")) {
		return Must
	}
	clauses := strings.FieldsFunc(s, func(r rune) bool { return r == '，' || r == '：' })
	for i, c := range clauses {
		switch {
		case explore.MatchString(c):
			return Explored
		case encourage.MatchString(c):
			return Encouraged
		case condition.MatchString(c) && i+1 < len(clauses):
			continue
		}
		return Must
	}
	return Must
}
