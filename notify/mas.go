package notify

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the gateway's own scheme of signing
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// MAS is a gateway that speaks China Mobile's 云MAS over HTTPS (sms/tmpsubmit): a JSON
// object in Base64 with the customer, a registered text by its number, its values in order, the number of the
// signature and an MD5 over all of them. Its name for a text is the msgGroup that it answers
// with; it knows none of ours.
type MAS struct {
	Setting GatewaySetting
	Client  *http.Client
}

// Name implements Gateway.
func (g *MAS) Name() string { return g.Setting.Name }

// Price implements Priced.
func (g *MAS) Price(p Parcel) int64 { return g.Setting.cost(p.Text) }

// Send implements Carrier.
func (g *MAS) Send(ctx context.Context, p Parcel) (Sent, error) {
	code, values, err := g.Setting.text(p)
	if err != nil {
		return Sent{}, err
	}
	list := []string{}
	for _, name := range g.Setting.order(p) {
		list = append(list, values[name])
	}
	params, err := json.Marshal(list)
	if err != nil {
		return Sent{}, err
	}
	s := g.Setting
	sum := md5.Sum([]byte(s.Customer + s.Key + s.Secret + code + p.To + string(params) + s.Sign + s.Serial))
	body, err := json.Marshal(map[string]string{"ecName": s.Customer, "apId": s.Key, "templateId": code, "mobiles": p.To, "params": string(params),
		"sign": s.Sign, "addSerial": s.Serial, "mac": hex.EncodeToString(sum[:])})
	if err != nil {
		return Sent{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader([]byte(base64.StdEncoding.EncodeToString(body))))
	if err != nil {
		return Sent{}, &Refused{Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	var out struct {
		MsgGroup, Rspcod string
		Success          bool
	}
	if err := ask(g.Client, req, func(b []byte) error {
		err := json.Unmarshal(b, &out)
		if err == nil && out.Rspcod == "" {
			err = fmt.Errorf("no code in the answer")
		}
		return err
	}); err != nil {
		return Sent{Cost: g.Setting.maybe(err, p.Text)}, err
	}
	if !out.Success {
		return Sent{}, &Refused{Err: fmt.Errorf("%s", out.Rspcod), ForGood: slices.Contains([]string{"InvalidMobile", "IllegalMobile"}, out.Rspcod)}
	}
	return Sent{Ref: out.MsgGroup, Cost: s.cost(p.Text)}, nil
}

// ReadReports reads a pushed report: one object, or a list of them.
func (g *MAS) ReadReports(body []byte) ([]Report, error) {
	type report struct{ MsgGroup, ReportStatus, ErrorCode string }
	var all []report
	if body = bytes.TrimSpace(body); len(body) > 0 && body[0] == '{' {
		body = slices.Concat([]byte("["), body, []byte("]"))
	}
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	out := make([]Report, len(all))
	for i, r := range all {
		arrived := r.ReportStatus == "CM:0000" || r.ReportStatus == "DELIVRD" || r.ErrorCode == "DELIVRD"
		out[i] = Report{Ref: r.MsgGroup, Delivered: arrived, Code: r.ErrorCode}
	}
	return out, nil
}
