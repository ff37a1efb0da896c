package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"yinqiao/notify"
)

// more copies a row of a table n times under other IDs, with some columns changed.
func (s *site) more(t *testing.T, table, id string, n int, with map[string]string) {
	t.Helper()
	rows, err := s.DB.Pool().QueryContext(t.Context(), `SELECT name FROM pragma_table_info('`+table+`')`)
	s.must(t, err)
	defer rows.Close()
	var into, from []string
	for rows.Next() {
		var name string
		s.must(t, rows.Scan(&name))
		value := name
		if v, ok := with[name]; ok {
			value = v
		}
		into, from = append(into, name), append(from, value)
	}
	s.must(t, rows.Err())
	for i := range n {
		_, err := s.DB.Pool().Exec(fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM %s WHERE id = '%s'`, table, strings.Join(into, ", "),
			strings.ReplaceAll(strings.Join(from, ", "), "#", fmt.Sprint(i)), table, id))
		s.must(t, err)
	}
}

// A letter that was printed and sent is done, also when the list has no room for it any more: else it is printed again.
func TestALetterThatWasPrintedIsDoneHoweverManyMoreCameMeanwhile(t *testing.T) {
	t.Parallel()
	s := &site{story: newStoryOn(t)}
	s.handler = s.Handler()
	task := s.made["task"]
	_, err := s.DB.Pool().Exec(`UPDATE message_attempt SET carrier = 'paper' WHERE id = $1`, task)
	s.must(t, err)
	clerk := s.session(t, s.Taiyuan.Clerk)
	r := s.route(t, "POST /desk/tasks/paper/print")
	page := s.send(t, r, "/desk/tasks/paper/print", clerk)
	value, ok := page.doc.Find(`input[name="sheet"]`).Attr("value")
	if page.Code != http.StatusOK || !ok || !strings.HasSuffix(value, task) {
		t.Fatalf("%d: %q, %s", page.Code, value, page.say())
	}
	var message string
	s.must(t, s.DB.Pool().QueryRow(`SELECT message FROM message_attempt WHERE id = $1`, task).Scan(&message))
	s.more(t, "message", message, notify.TasksMost, map[string]string{"id": "id || '-#'", "entry": "entry || '-#'", "urgency": "'life'"})
	s.more(t, "message_attempt", task, notify.TasksMost, map[string]string{"id": "id || '-#'", "message": "message || '-#'"})
	r = s.route(t, "POST /desk/tasks/paper/sent")
	r.form = url.Values{"sheet": {value}}
	if a := s.send(t, r, "/desk/tasks/paper/sent", clerk); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.say())
	}
	var state string
	s.must(t, s.DB.Pool().QueryRow(`SELECT state FROM message_attempt WHERE id = $1`, task).Scan(&state))
	if state != "done" {
		t.Errorf("the letter is %s", state)
	}
}
