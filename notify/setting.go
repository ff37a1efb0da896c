package notify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/ruledata"
)

// GatewaySetting is what an installation writes of one gateway. Secrets are in files of
// their own.
type GatewaySetting struct {
	Name       string            `yaml:"name"`
	Kind       string            `yaml:"kind"` // aliyun or mas
	URL        string            `yaml:"url"`
	Customer   string            `yaml:"customer"` // 云MAS: ecName
	Key        string            `yaml:"key"`      // AccessKeyId, apId
	SecretFile string            `yaml:"secret_file"`
	ReportFile string            `yaml:"report_secret_file"` // the password by which it brings reports
	Sign       string            `yaml:"sign"`               // the registered signature, or its number
	Serial     string            `yaml:"serial"`
	Mills      int64             `yaml:"mills"`     // price of one part, in thousandths of a yuan
	Templates  map[string]string `yaml:"templates"` // ours (case.resolved/elder) to theirs; "any" for a text with the one variable content

	Secret       string `yaml:"-"`
	ReportSecret string `yaml:"-"`
}

// Settings is the file in which an installation names its gateways and its mail server.
type Settings struct {
	PerSecond float64          `yaml:"per_second"` // texts to each gateway
	Gateways  []GatewaySetting `yaml:"gateways"`
	Mail      *MailSetting     `yaml:"mail"`
}

// ReadSettings reads the file; secrets lie beside it or where it says. What is wrong is
// said with the file's name and never with a secret.
func ReadSettings(file string) (Settings, error) {
	var s Settings
	secret, err := ruledata.Installed(file, &s)
	if err != nil {
		return s, err
	}
	for i := range s.Gateways {
		g := &s.Gateways[i]
		if g.Secret, err = secret(g.SecretFile); err != nil {
			return s, err
		}
		if g.ReportSecret, err = secret(g.ReportFile); err != nil {
			return s, err
		}
		u, err := url.Parse(g.URL)
		if err != nil || u.Host == "" || g.Name == "" || strings.ContainsAny(g.Name, "/ ") || g.Key == "" || g.Secret == "" || g.Sign == "" || len(g.Templates) == 0 {
			return s, fmt.Errorf("%s: gateway %d needs name, url, key, secret_file, sign and templates", file, i+1)
		}
	}
	if s.Mail != nil {
		if s.Mail.Password, err = secret(s.Mail.PasswordFile); err != nil {
			return s, err
		}
		if s.Mail.Host == "" || s.Mail.From == "" {
			return s, fmt.Errorf("%s: mail needs host and from", file)
		}
	}
	return s, nil
}

// Open makes the gateway that a setting describes.
func (g GatewaySetting) Open(clock civic.Clock) (Gateway, error) {
	// A connection for each text: of one that was kept nobody knows whether it still stood when the text went.
	client := &http.Client{Timeout: sendTimeout, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: dialTimeout,
		DialContext: (&net.Dialer{Timeout: dialTimeout}).DialContext, DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	switch g.Kind {
	case "aliyun":
		return &Aliyun{g, client, clock}, nil
	case "mas":
		return &MAS{g, client}, nil
	}
	return nil, fmt.Errorf("gateway %s: kind is aliyun or mas", g.Name)
}

// text finds the gateway's code of a text, and the values of its variables by name. Where
// ours has none of its own, the whole text is the one variable of "any".
func (g GatewaySetting) text(p Parcel) (string, map[string]string, error) {
	values := map[string]string{}
	if code := g.Templates[p.Template]; code != "" {
		for i, name := range p.Names {
			values[name] = p.Values[i]
		}
		return code, values, nil
	}
	if code := g.Templates["any"]; code != "" {
		values["content"] = p.Text
		return code, values, nil
	}
	return "", nil, &Refused{Err: errors.New("the gateway knows no text for " + p.Template), ForGood: false}
}

// order is the order of the values, for gateways that count them.
func (g GatewaySetting) order(p Parcel) []string {
	if g.Templates[p.Template] != "" {
		return p.Names
	}
	return []string{"content"}
}

// The parts of a long text: 70 characters alone, 67 where there are several (GSM 03.40,
// UCS-2).
const (
	partAlone = 70
	partOf    = 67
)

// cost is what a text costs by its parts, the signature counted as phones show it: 【银桥】.
func (g GatewaySetting) cost(text string) int64 {
	n := utf8.RuneCountInString(text) + utf8.RuneCountInString(strings.Trim(g.Sign, "【】")) + 2
	if n <= partAlone {
		return g.Mills
	}
	return g.Mills * int64((n+partOf-1)/partOf)
}

// maybe is what a text costs of which it is not known whether it was taken: it is counted as if it was. What
// was certainly not taken costs nothing.
func (g GatewaySetting) maybe(err error, text string) int64 {
	if _, no := refused(err); no {
		return 0
	}
	return g.cost(text)
}

// answerMost bounds what is read of a gateway's answer.
const answerMost = 64 << 10

// ask sends a request and reads its answer. Refused where it certainly did not arrive, or
// the gateway said no; any other error leaves it open.
func ask(client *http.Client, req *http.Request, read func([]byte) error) error {
	var asked atomic.Bool
	resp, err := client.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { asked.Store(true) }})))
	if err != nil {
		if !asked.Load() { // no connection was to be had: nothing was asked
			return &Refused{Err: errors.New("it can't be reached")}
		}
		return errors.New("notify: no answer of the gateway") // the cause would quote the address
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, answerMost))
	if err != nil {
		return errors.New("notify: the gateway's answer broke off")
	}
	b = bytes.TrimSpace(b)
	if err := read(b); err == nil {
		return nil
	}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusServiceUnavailable, resp.StatusCode >= 400 && resp.StatusCode < 500:
		return &Refused{Err: fmt.Errorf("status %d", resp.StatusCode)}
	}
	return fmt.Errorf("notify: the gateway answered %d with what is no answer", resp.StatusCode)
}
