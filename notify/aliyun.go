package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the gateway's own scheme of signing
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
)

// Aliyun is a gateway that speaks the RPC interface of Alibaba Cloud's short messages
// (Dysmsapi, version 2017-05-25, SendSms): a registered signature, a registered text by its code, and
// the values of its variables. Requests are signed with HMAC-SHA1 over the sorted query.
type Aliyun struct {
	Setting GatewaySetting
	Client  *http.Client
	Clock   civic.Clock
}

// Name implements Gateway.
func (g *Aliyun) Name() string { return g.Setting.Name }

// Price implements Priced.
func (g *Aliyun) Price(p Parcel) int64 { return g.Setting.cost(p.Text) }

// Send implements Carrier.
func (g *Aliyun) Send(ctx context.Context, p Parcel) (Sent, error) {
	code, values, err := g.Setting.text(p)
	if err != nil {
		return Sent{}, err
	}
	param, err := json.Marshal(values)
	if err != nil {
		return Sent{}, err
	}
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails on a supported system
	q := url.Values{"Action": {"SendSms"}, "Version": {"2017-05-25"}, "Format": {"JSON"}, "AccessKeyId": {g.Setting.Key}, "SignatureMethod": {"HMAC-SHA1"},
		"SignatureVersion": {"1.0"}, "SignatureNonce": {hex.EncodeToString(nonce)}, "Timestamp": {g.Clock().UTC().Format("2006-01-02T15:04:05Z")},
		"PhoneNumbers": {p.To}, "SignName": {strings.Trim(g.Setting.Sign, "【】")}, "TemplateCode": {code}, "TemplateParam": {string(param)}, "OutId": {p.ID}}
	q.Set("Signature", g.sign(http.MethodPost, q))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.Setting.URL, strings.NewReader(q.Encode()))
	if err != nil {
		return Sent{}, &Refused{Err: err}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var out struct{ Code, Message, BizID string }
	if err := ask(g.Client, req, func(b []byte) error {
		var raw struct{ Code, Message, BizId string } //nolint:revive // their spelling
		err := json.Unmarshal(b, &raw)
		out.Code, out.Message, out.BizID = raw.Code, raw.Message, raw.BizId
		if err == nil && raw.Code == "" {
			err = fmt.Errorf("no code in the answer")
		}
		return err
	}); err != nil {
		return Sent{Cost: g.Setting.maybe(err, p.Text)}, err
	}
	if out.Code != "OK" {
		return Sent{}, &Refused{Err: fmt.Errorf("%s", out.Code), ForGood: slices.Contains(noSuchNumber, out.Code)}
	}
	return Sent{Ref: out.BizID, Cost: g.Setting.cost(p.Text)}, nil
}

// noSuchNumber are the codes by which asking again is of no use.
var noSuchNumber = []string{"isv.MOBILE_NUMBER_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.SMS_TEMPLATE_ILLEGAL"}

// sign is the signature of a query: over its parts in order, escaped as RFC 3986 has it,
// twice.
func (g *Aliyun) sign(method string, q url.Values) string {
	keys := make([]string, 0, len(q))
	for k := range q {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = escape3986(k) + "=" + escape3986(q.Get(k))
	}
	h := hmac.New(sha1.New, []byte(g.Setting.Secret+"&"))
	h.Write([]byte(method + "&%2F&" + escape3986(strings.Join(parts, "&"))))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func escape3986(s string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(s))
}

// ReadReports reads what the gateway pushes (SmsReport): a list, each with our name for
// the text (out_id) and theirs (biz_id).
func (g *Aliyun) ReadReports(body []byte) ([]Report, error) {
	var raw []struct {
		OutID   string `json:"out_id"`
		BizID   string `json:"biz_id"`
		Success bool   `json:"success"`
		Code    string `json:"err_code"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, err
	}
	out := make([]Report, len(raw))
	for i, r := range raw {
		out[i] = Report{ID: r.OutID, Ref: r.BizID, Delivered: r.Success, Code: r.Code}
	}
	return out, nil
}

// sendTimeout bounds one call of a gateway.
const sendTimeout = 10 * time.Second

// dialTimeout bounds how long a gateway may take to be reached at all: one that swallows what comes
// leaves time for the next.
const dialTimeout = 3 * time.Second
