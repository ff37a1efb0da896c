package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yinqiao/civic"
)

// Problem is an error as RFC 9457 writes it. Detail is a whole sentence that says
// what to do; nothing in it repeats what was sent.
type Problem struct {
	Title  string  `json:"title" doc:"这一类问题的名称"`
	Status int     `json:"status" doc:"HTTP 状态码"`
	Detail string  `json:"detail" doc:"一句完整的话，告诉人下一步怎么办"`
	Code   string  `json:"code" doc:"给程序看的稳定代码"`
	Accept string  `json:"accept,omitempty" doc:"不允许时，怎样就可以"`
	Errors []Fault `json:"errors,omitempty" doc:"每一项哪里要改"`
}

// Fault is what is wrong with one field.
type Fault struct {
	Location string `json:"location" doc:"哪一项，例如 body.answers.phone"`
	Message  string `json:"message" doc:"怎么改"`
	Code     string `json:"code,omitempty" doc:"给程序看的稳定代码"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Code }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	if p.Status == http.StatusUnauthorized {
		return http.Header{"Www-Authenticate": {"Bearer"}}
	}
	return nil
}

// statusByKind is the one table from kinds of error to HTTP statuses.
var statusByKind = map[civic.Kind]int{
	civic.Invalid:     http.StatusUnprocessableEntity,
	civic.NotFound:    http.StatusNotFound,
	civic.Denied:      http.StatusForbidden,
	civic.Conflict:    http.StatusConflict,
	civic.Exhausted:   http.StatusTooManyRequests,
	civic.Unavailable: http.StatusServiceUnavailable,
	civic.Internal:    http.StatusInternalServerError,
}

// titles names the statuses, by their digits.
var titles = map[string]string{
	"400": "内容读不懂", "401": "要先登录", "403": "不允许", "404": "没有找到", "405": "不支持这种操作", "406": "给不出要的格式",
	"408": "传得太慢", "409": "情况变了", "413": "内容太大", "415": "格式不对", "422": "内容要改", "429": "次数太多",
	"500": "系统出错", "503": "暂时不能用",
}

// codeNobody is the code of the grant room's refusal of nobody.
const codeNobody = "sign_in"

var errCharacters = civic.E(civic.Invalid, "text.characters", "这段文字里有看不见的特殊字符，请删掉重新输入。")

// problemOf renders an Error. Field, if any, is a location in the request.
func problemOf(e *civic.Error) *Problem {
	status, ok := statusByKind[e.Kind]
	if !ok {
		status = http.StatusInternalServerError
	}
	if e.Kind == civic.Denied && e.Code == codeNobody {
		status = http.StatusUnauthorized
	}
	p := &Problem{Title: titles[strconv.Itoa(status)], Status: status, Detail: e.Say, Code: e.Code, Accept: e.Accept}
	if e.Field != "" {
		p.Errors = []Fault{{Location: e.Field, Message: e.Say, Code: e.Code}}
	}
	return p
}

// placed is an error whose Field stands under a prefix of the request.
type placed struct {
	error
	prefix string
}

func (p placed) Unwrap() error { return p.error }

// under places the field of an error, for example under body.answers.
func under(prefix string, err error) error {
	if err == nil {
		return nil
	}
	return placed{err, prefix}
}

// problem turns a verb's error into what is sent, and logs what is ours to mend.
func (s *server) problem(ctx context.Context, op string, err error) *Problem {
	var done *Problem
	if errors.As(err, &done) {
		return done
	}
	e := civic.As(err)
	if e.Kind == civic.Internal || e.Kind == civic.Unavailable {
		level := slog.LevelError
		if e.Kind == civic.Unavailable {
			level = slog.LevelWarn
		}
		s.Log.Log(ctx, level, "api: "+e.Kind.String(), "operation", op, "code", e.Code, "cause", civic.Scrub(err.Error()))
	}
	if e.Field != "" {
		in := placed{prefix: "body"}
		_ = errors.As(err, &in)
		e = e.On(in.prefix + "." + e.Field)
	}
	return problemOf(e)
}

// unclean returns the location of the first text with characters that no text
// has: NUL and other controls, or bytes that were not UTF-8. "" is clean.
func unclean(v reflect.Value, path string) string {
	switch v.Kind() {
	case reflect.String:
		if civic.Garbled(v.String()) {
			return path
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return unclean(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if p := unclean(v.Index(i), path); p != "" {
				return p
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if civic.Garbled(k.String()) {
				return path
			}
			if p := unclean(v.MapIndex(k), path+"."+safeSegment(k.String())); p != "" {
				return p
			}
		}
	case reflect.Struct:
		return uncleanStruct(v, path)
	}
	return ""
}

func uncleanStruct(v reflect.Value, path string) string {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		if p := unclean(v.Field(i), path+locate(f, path)); p != "" {
			return p
		}
	}
	return ""
}

// locate names a field of an input as a client knows it.
func locate(f reflect.StructField, parent string) string {
	for _, in := range []string{"path", "query", "header"} {
		if name := f.Tag.Get(in); name != "" {
			return in + "." + name
		}
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case f.Anonymous:
		return ""
	case parent == "" && f.Name == "Body":
		return "body"
	}
	return "." + name
}

// write sends a problem outside a handler.
func write(api huma.API, ctx huma.Context, p *Problem) {
	for k, vs := range p.GetHeaders() {
		ctx.SetHeader(k, vs[0])
	}
	_ = huma.WriteErr(api, ctx, p.Status, p.Detail, p) // the client has gone
}
