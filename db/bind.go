package db

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
)

var errText = civic.E(civic.Invalid, "text.bytes", "这段文字里有系统不认识的字符，请删掉后重新输入。")

// bindAll normalises arguments so that both engines store and compare them
// alike: times become UTC to the microsecond, text must be valid UTF-8 without
// NUL (SQLite would take it, PostgreSQL not), and named types become plain ones.
func bindAll(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		v, err := bind(a)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func bind(a any) (any, error) {
	switch v := a.(type) {
	case nil, bool, int64, float64:
		return v, nil
	case string:
		return bindText(v)
	case int:
		return int64(v), nil
	case []byte:
		if v == nil {
			return nil, nil
		}
		return v, nil
	case time.Time:
		return v.UTC().Truncate(time.Microsecond), nil
	case *time.Time:
		if v == nil {
			return nil, nil
		}
		return v.UTC().Truncate(time.Microsecond), nil
	case array:
		return v.of, nil
	case driver.Valuer:
		return nil, fmt.Errorf("db: refusing to bind a driver.Valuer (%T)", a)
	}
	rv := reflect.ValueOf(a)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() {
			return nil, nil
		}
		return bind(rv.Elem().Interface())
	case reflect.String:
		return bindText(rv.String())
	case reflect.Bool:
		return rv.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return rv.Int(), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(rv.Uint()), nil
	}
	return nil, fmt.Errorf("db: can't bind %T", a)
}

// array is a column of values that are bound already.
type array struct{ of any }

func bindText(s string) (any, error) {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return nil, errText
	}
	return s, nil
}
