package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"yinqiao/civic"
)

// ErrNoRows is returned by Get when nothing matches.
var ErrNoRows = sql.ErrNoRows

// ErrAway is what people are told when the database can't be reached.
var ErrAway = civic.E(civic.Unavailable, "db.away", "系统暂时连不上数据库。您填的内容请先留着，过几分钟再试；急事请直接打电话或到窗口办理。")

// Away reports whether something failed because the database can't be reached: it may be tried
// again as it is.
func Away(err error) bool { return err != nil && civic.As(err).Code == ErrAway.Code }

// Errors are told apart by SQLSTATE or SQLite's extended code alone: constraint
// names differ between engines and are empty on Citus.
func code(err error) (state string, lite int) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code, 0
	}
	var sl *sqlite.Error
	if errors.As(err, &sl) {
		return "", sl.Code()
	}
	return "", 0
}

// IsUnique reports a violated unique or primary key.
func IsUnique(err error) bool {
	s, l := code(err)
	return s == "23505" || l == 2067 || l == 1555
}

// IsCheck reports a violated CHECK.
func IsCheck(err error) bool { s, l := code(err); return s == "23514" || l == 275 }

// IsForeignKey reports a violated foreign key.
func IsForeignKey(err error) bool { s, l := code(err); return s == "23503" || l == 787 }

// retryable reports errors after which the same closure may succeed: a
// deadlock, a serialisation failure, or a locked file.
func retryable(err error) bool {
	s, l := code(err)
	return s == "40001" || s == "40P01" || l&0xff == 5 || l&0xff == 6
}

// away reports errors that mean the database itself is out of reach.
func away(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, errClosed) {
		return true
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return true
	}
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) {
		return true
	}
	s, l := code(err)
	if strings.HasPrefix(s, "08") || strings.HasPrefix(s, "57P") || s == "53300" {
		return true
	}
	switch l & 0xff {
	case 10, 13, 14: // I/O error, disk full, can't open
		return true
	}
	return strings.Contains(err.Error(), "sql: database is closed") ||
		strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed")
}

var errClosed = errors.New("db: closed")

// wrap turns what leaves this room into errors that a channel can render.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	var e *civic.Error
	if errors.As(err, &e) || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if away(err) {
		return ErrAway.Because(err)
	}
	if s, _ := code(err); s == "22021" || s == "22P05" {
		return errText.Because(err)
	}
	return err
}
