package task

import (
	"cmp"
	"embed"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ruledata"
)

//go:embed data/*.yaml
var data embed.FS

var limits = ruledata.Must[struct {
	Version int    `yaml:"version"`
	Source  string `yaml:"source"`
	Words   int    `yaml:"words_most"`
	Minutes int    `yaml:"minutes_most"`
	Title   int    `yaml:"title_most"`
	Files   int    `yaml:"files_most"`
	Bytes   int    `yaml:"file_bytes"`
	Count   int64  `yaml:"count_most"`
	List    int    `yaml:"list_most"`
	Soon    int    `yaml:"soon_days"`
}](data, "data/limits.yaml")

// The acts of this room.
var (
	ActRead      = journal.Define("policy.read", "读入了一份方案")
	ActCorrected = journal.Define("policy.corrected", "核对并改正了读入的方案")
	ActDropped   = journal.Define("policy.dropped", "读入的方案不要了")
	ActAdopted   = journal.Define("policy.adopted", "方案进了台账")
	ActUnit      = journal.Define("ledger.unit", "定了台账里的单位是哪一家")

	ActReported  = journal.Define("task.reported", "单位报了进展")
	ActDone      = journal.Define("task.done", "单位按时报了做完")
	ActDoneLate  = journal.Define("task.done_late", "单位过期以后报了做完")
	ActLate      = journal.Define("task.late", "任务到期没有做完")
	ActAccepted  = journal.Define("task.accepted", "核实任务做完了")
	ActReturned  = journal.Define("task.returned", "任务退回去再做")
	ActAsked     = journal.Define("task.extension_asked", "单位申请延期")
	ActExtended  = journal.Define("task.extended", "同意延期")
	ActUnmoved   = journal.Define("task.not_extended", "不同意延期")
	ActUrged     = journal.Define("task.urged", "督办了一项任务")
	ActReplied   = journal.Define("task.replied", "单位答复了督办")
	ActCounted   = journal.Define("target.counted", "报了目标的一笔数")
	ActRecounted = journal.Define("target.recounted", "改正了目标的一笔数")

	ActMet       = journal.Define("meeting.held", "开了联席会议")
	ActDecided   = journal.Define("meeting.decided", "联席会议定了一件事")
	ActSubmitted = journal.Define("practice.submitted", "报了一个好做法")
	ActPublished = journal.Define("practice.published", "推广了一个好做法")
	ActSentBack  = journal.Define("practice.returned", "好做法退回去再写")
	ActTaken     = journal.Define("practice.adopted", "学用了一个好做法")
)

// Service keeps the ledger.
type Service struct {
	j *journal.Journal
}

// New makes the service.
func New(j *journal.Journal) *Service { return &Service{j} }

var (
	errNone  = civic.E(civic.NotFound, "task.unknown", "没有找到这一项。请回到台账里再看一看。")
	errWords = civic.E(civic.Invalid, "task.words", "请用几句话写清楚，不超过1000个字，不写证件号和电话。").On("words")
	errDay   = civic.E(civic.Invalid, "task.day", "日子要写成2026-11-30这样，不能早于今天。").On("until")
	errMine  = civic.E(civic.Denied, "task.unit", "这项任务由责任单位自己的经办人报。").Accepting("请责任单位的经办人登录")
	errTitle = civic.E(civic.Invalid, "task.title", "请写一个题目，不超过60个字，不写证件号和电话。").On("title")
	errToday = civic.E(civic.Invalid, "task.past", "日子要写成2026-11-30这样，不能晚于今天。").On("day")
)

// wordsOf cleans what somebody wrote: some sentences, without numbers of people.
func wordsOf(text string, most int, wrong *civic.Error) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" || utf8.RuneCountInString(text) > most || civic.HoldsNumber(text) {
		return "", wrong
	}
	return text, nil
}

// today is the day in China.
func today(now time.Time) string { return now.In(civic.Shanghai).Format(time.DateOnly) }

// dayOf reads a day.
func dayOf(text string) (string, bool) {
	d, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	return d.Format(time.DateOnly), err == nil && d.Year() >= 2000 && d.Year() < 2100
}

// keeping is what it takes to keep the ledger of a division.
func keeping(in civic.Division) civic.Need {
	return civic.Need{Permission: civic.MayKeepLedger, Division: cmp.Or(in, nowhere)}
}

// seeing is what it takes to read it.
func seeing(in civic.Division) civic.Need {
	return civic.Need{Permission: civic.MaySeeFigures, Division: cmp.Or(in, nowhere), Look: true}
}

// nowhere is a division that nobody's lies in: who names none asks for none, not for all.
const nowhere civic.Division = "-"

// authoriser is a write or a look.
type authoriser interface {
	Authorise(civic.Need) (civic.Authority, error)
}

// hide tells only those who read some ledger that a row is not there.
func hide(by authoriser, err error) error {
	if !civic.Is(err, civic.NotFound) {
		return err
	}
	if _, denied := by.Authorise(civic.Need{Permission: civic.MaySeeFigures, Look: true}); denied != nil {
		return denied
	}
	return err
}

// only reads one row, NotFound if there is none.
func only[T any](q db.Q, into *T, query string, args ...any) error {
	var rows []T
	if err := q.Select(&rows, query, args...); err != nil {
		return err
	}
	if len(rows) == 0 {
		return errNone
	}
	*into = rows[0]
	return nil
}

// about names what an act is about.
func about(kv ...string) []journal.About {
	var out []journal.About
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i+1] != "" {
			out = append(out, journal.About{Kind: kv[i], ID: kv[i+1], Role: "object"})
		}
	}
	return out
}
