package backup

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A row is one JSON array. Text, integers, booleans and null are JSON's own;
// what JSON has no word for is an object of one letter:
//
//	{"b":"AAE="}                          bytes, base64
//	{"t":"2026-01-02T03:04:05.000006Z"}   a time, UTC, to the microsecond
//	{"f":"0.1"}                           a floating-point number
//
// so that a row means the same on every engine.

const timeForm = "2006-01-02T15:04:05.000000Z"

// appendRow appends the row and a line's end.
func appendRow(b []byte, row []any) ([]byte, error) {
	b = append(b, '[')
	for i, v := range row {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']', '\n'), nil
}

func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("backup: a number that is none")
		}
		b = append(b, `{"f":"`...)
		return append(strconv.AppendFloat(b, v, 'g', -1, 64), `"}`...), nil
	case string:
		return appendText(b, v)
	case []byte:
		b = append(b, `{"b":"`...)
		return append(base64.StdEncoding.AppendEncode(b, v), `"}`...), nil
	case time.Time:
		if y := v.UTC().Year(); y < 0 || y > 9999 {
			return nil, fmt.Errorf("backup: the year %d can't be written", y)
		}
		b = append(b, `{"t":"`...)
		return append(v.UTC().AppendFormat(b, timeForm), `"}`...), nil
	}
	return nil, fmt.Errorf("backup: can't write a %T", v)
}

func appendText(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		// JSON would change it silently, and no engine of ours would take it back.
		return nil, errors.New("backup: text that is not UTF-8")
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == '"' || s[i] == '\\' {
			q, err := json.Marshal(s)
			return append(b, q...), err
		}
	}
	return append(append(append(b, '"'), s...), '"'), nil
}

// decodeRow reads what appendRow wrote. The row must have n values.
func decodeRow(line []byte, n int) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	if len(raw) != n {
		return nil, fmt.Errorf("a row of %d values where %d are meant", len(raw), n)
	}
	row := make([]any, n)
	for i, r := range raw {
		var err error
		if row[i], err = decodeValue(r); err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
	}
	return row, nil
}

func decodeValue(r json.RawMessage) (any, error) {
	switch r[0] {
	case 'n':
		return nil, nil
	case 't', 'f':
		return r[0] == 't', nil
	case '"':
		var s string
		err := json.Unmarshal(r, &s)
		return s, err
	case '{':
		return decodeTagged(r)
	}
	return strconv.ParseInt(string(r), 10, 64)
}

func decodeTagged(r json.RawMessage) (any, error) {
	var v map[string]string
	if err := json.Unmarshal(r, &v); err != nil {
		return nil, err
	}
	if len(v) == 1 {
		for kind, s := range v {
			switch kind {
			case "b":
				return base64.StdEncoding.AppendDecode([]byte{}, []byte(s))
			case "t":
				return time.Parse(timeForm, s)
			case "f":
				return strconv.ParseFloat(s, 64)
			}
		}
	}
	return nil, errors.New("an unknown kind of value")
}
