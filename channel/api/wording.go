package api

import (
	"cmp"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"yinqiao/civic"
)

// The framework checks input against the schemas before a verb is called. Its
// errors come out in the same shape and language as ours, and never quote the
// value: it may be an ID number in the wrong field.
func init() {
	huma.NewError = newError
	huma.ValidateStrictCasing = true // or a second spelling of a field would slip past its bounds
	huma.DefaultArrayNullable = false

	validation.MsgUnexpectedProperty = "没有这一项，请去掉，或对照接口文档改正名字。"
	validation.MsgExpectedBoolean = "这一项要写 true 或 false。"
	validation.MsgExpectedNumber = "这一项要写数字。"
	validation.MsgExpectedInteger = "这一项要写整数。"
	validation.MsgExpectedString = "这一项要写文字，请加上引号。"
	validation.MsgExpectedArray = "这一项要写成列表，请用方括号括起来。"
	validation.MsgExpectedObject = "这一项要写成对象，请用花括号括起来。"
	validation.MsgExpectedOneOf = "这一项只能从下面选一个：%s。"
	validation.MsgExpectedMinimumNumber = "这一项最小是%v。"
	validation.MsgExpectedMaximumNumber = "这一项最大是%v。"
	validation.MsgExpectedMinLength = "这一项太短了，至少%d个字。"
	validation.MsgExpectedMaxLength = "这一项太长了，最多%d个字。"
	validation.MsgExpectedBePattern = "这一项要写成：%s。"
	validation.MsgExpectedMinItems = "这一项至少要有%d个。"
	validation.MsgExpectedMaxItems = "这一项最多能有%d个。"
	validation.MsgExpectedMinProperties = "这里至少要写%d项。"
	validation.MsgExpectedMaxProperties = "这里最多能写%d项。"
	validation.MsgExpectedRequiredProperty = missing + "%s"
	validation.MsgExpectedRFC3339DateTime = "这一项要写日期和时间，例如 2026-01-02T09:00:00+08:00。"
	validation.MsgExpectedRFC3339Date = "这一项要写日期，例如 1946-01-02。"
}

// missing marks the message of an absent property; its name follows, and
// belongs into the location.
const missing = "missing:"

const (
	sayMissing = "缺少这一项，请补上。"
	sayWrong   = "这一项的写法不对，请对照接口文档改正。"
)

// faultsMost bounds an answer: a body of a megabyte can hold many wrong fields.
const faultsMost = 50

// protocol is what to say to a request that can't be read at all.
var protocol = map[int]struct{ code, say string }{
	http.StatusBadRequest:            {"body.json", "请求的内容不是完整的 JSON，请检查引号、逗号和括号后再发一次。"},
	http.StatusNotAcceptable:         {"body.accept", "这里只能给出 JSON，请把 Accept 改成 application/json。"},
	http.StatusRequestTimeout:        {"body.slow", "内容传得太慢，没有收完。请检查网络后再发一次。"},
	http.StatusRequestEntityTooLarge: {"body.large", "内容太大了，最多1兆字节。请缩短后再发一次。"},
	http.StatusUnsupportedMediaType:  {"body.type", "请把内容写成 JSON，并注明 Content-Type: application/json。"},
	http.StatusUnprocessableEntity:   {"body.form", "提交的内容有不对的地方，请照下面每一项的说明改好再提交。"},
	http.StatusInternalServerError:   {"civic.internal", "系统出了问题，这次没有办成。请稍后再试，或请工作人员帮忙。"},
}

// newError replaces the framework's own: same shape, our words.
func newError(status int, msg string, errs ...error) huma.StatusError {
	var p *Problem
	if len(errs) == 1 && errors.As(errs[0], &p) {
		return p
	}
	switch {
	case status == http.StatusInternalServerError && msg == "cannot read request body":
		status = http.StatusBadRequest // the client broke off
	case status == http.StatusBadRequest && msg == "request body is required":
		return &Problem{Title: titles["400"], Status: status, Code: "body.missing", Detail: "请求里没有内容，请对照接口文档补上再发一次。"}
	}
	w := protocol[status]
	p = &Problem{Title: titles[strconv.Itoa(status)], Status: status, Code: w.code, Detail: w.say}
	if status != http.StatusUnprocessableEntity {
		return p
	}
	p.Errors = faultsOf(errs)
	return p
}

// faultsOf words the first faults, in the order of where they are. Which come
// first is settled before any is worded: wording forty thousand takes a second.
func faultsOf(errs []error) []Fault {
	var found []*huma.ErrorDetail
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b *huma.ErrorDetail) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.Message, b.Message))
	})
	var faults []Fault
	for _, d := range found[:min(len(found), faultsMost)] {
		faults = append(faults, faultOf(d))
	}
	slices.SortFunc(faults, func(a, b Fault) int { return cmp.Compare(a.Location, b.Location) })
	return faults
}

func faultOf(d *huma.ErrorDetail) Fault {
	f := Fault{Location: safeLocation(d.Location), Message: d.Message, Code: "form"}
	name, absent := strings.CutPrefix(d.Message, missing)
	switch {
	case absent:
		f.Location, f.Message, f.Code = f.Location+"."+name, sayMissing, "missing"
	case strings.HasSuffix(d.Message, "parameter is missing"):
		f.Message, f.Code = sayMissing, "missing"
	case d.Message == "unknown query parameter":
		f.Message = validation.MsgUnexpectedProperty
	case d.Message == "" || d.Message[0] < 0x80:
		f.Message = sayWrong // a parser's own words, which may quote the value
	}
	return f
}

var plainSegment = regexp.MustCompile(`^[\p{L}_-]{1,50}([0-9]{1,3}[\p{L}_-]{0,10})?(\[[0-9]+\])*$`)

// safeSegment returns a name that a client sent, or … where it may hold anything
// but a name: a number of a card, a whole letter.
func safeSegment(name string) string {
	if !plainSegment.MatchString(name) || civic.Scrub(name) != name {
		return "…"
	}
	return name
}

func safeLocation(loc string) string {
	segments := strings.Split(loc, ".")
	segments = segments[:min(len(segments), 10)]
	for i, s := range segments {
		segments[i] = safeSegment(s)
	}
	return strings.Join(segments, ".")
}
