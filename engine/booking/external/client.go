package external

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// answerMost bounds what is read of an answer, in bytes; answersMost how many come at once.
const (
	answerMost  = 64 << 10
	answersMost = 500
)

// Client speaks to a register over HTTP. POST {url}/places asks for a place, POST
// {url}/places/{key}/cancel gives it up; both carry the key as Idempotency-Key, and name
// and password as Basic. Any status of 200 to 299 holds an Answer.
type Client struct {
	Setting Setting
	HTTP    *http.Client
}

// Confirm asks for a place. The same ask again tells how it stands.
func (c *Client) Confirm(ctx context.Context, k Ask) (Answer, error) {
	return c.post(ctx, "places", k.Key, k)
}

// Cancel gives a place up, or forbids it before it was ever asked for.
func (c *Client) Cancel(ctx context.Context, key string) (Answer, error) {
	return c.post(ctx, "places/"+url.PathEscape(key)+"/cancel", key, struct {
		Key string `json:"key"`
	}{key})
}

func (c *Client) post(ctx context.Context, path, key string, body any) (Answer, error) {
	var a Answer
	b, err := json.Marshal(body)
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Setting.URL+"/"+path, bytes.NewReader(b))
	if err != nil {
		return a, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	req.SetBasicAuth(c.Setting.Key, c.Setting.Secret)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return a, errors.New("no answer") // the cause would quote the address
	}
	defer resp.Body.Close()
	b, err = io.ReadAll(io.LimitReader(resp.Body, answerMost))
	if err != nil {
		return a, errors.New("the answer broke off")
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return a, Unfit{resp.StatusCode}
	}
	if err := json.Unmarshal(b, &a); err != nil || !a.State.Known() || a.Key != key {
		return Answer{}, Unfit{resp.StatusCode}
	}
	return a.trimmed(), nil
}

// Unfit is what a register sent with a status where it was no answer to what was asked.
type Unfit struct{ Status int }

func (u Unfit) Error() string {
	return fmt.Sprintf("status %d, and no answer to what was asked", u.Status)
}

// ErrMany refuses more answers than are taken at once.
var ErrMany = fmt.Errorf("external: more than %d answers at once", answersMost)

// ReadAnswers reads what a register brings by itself: a list of answers, or one.
func ReadAnswers(body []byte) ([]Answer, error) {
	body = bytes.TrimSpace(body)
	var all []Answer
	if len(body) > 0 && body[0] == '{' {
		body = append(append([]byte{'['}, body...), ']')
	}
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, errors.New("external: these are no answers")
	}
	if len(all) > answersMost {
		return nil, ErrMany
	}
	for i := range all {
		if all[i].Key == "" || len(all[i].Key) > 100 || !all[i].State.Known() {
			return nil, fmt.Errorf("external: answer %d names no key or no state", i+1)
		}
		all[i] = all[i].trimmed()
	}
	return all, nil
}
