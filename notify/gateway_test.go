package notify_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"yinqiao/app/apptest"
	"yinqiao/notify"
)

// peer is a gateway as they are on the net: it takes texts, and at will refuses them, says
// nothing, or is away.
type peer struct {
	*httptest.Server
	mu    sync.Mutex
	mode  string // "", refuse, silent, garbage
	texts []map[string]string
}

func (p *peer) set(mode string) { p.mu.Lock(); defer p.mu.Unlock(); p.mode = mode }

func (p *peer) got() []map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]map[string]string(nil), p.texts...)
}

func newPeer(t *testing.T, kind string) *peer {
	t.Helper()
	p := &peer{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		text := map[string]string{}
		if kind == "mas" {
			raw, _ := base64.StdEncoding.DecodeString(string(body))
			_ = json.Unmarshal(raw, &text)
		} else {
			q, _ := url.ParseQuery(string(body))
			for k := range q {
				text[k] = q.Get(k)
			}
		}
		switch p.mode {
		case "refuse":
			if kind == "mas" {
				_, _ = io.WriteString(w, `{"rspcod":"NoSuchTemplate","success":false}`)
			} else {
				_, _ = io.WriteString(w, `{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"no"}`)
			}
			return
		case "garbage":
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<html>")
			return
		}
		p.texts = append(p.texts, text)
		if p.mode == "silent" { // it took the text, and its answer is lost
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = c.Close()
			}
			return
		}
		if kind == "mas" {
			_, _ = io.WriteString(w, `{"msgGroup":"G`+string(rune('0'+len(p.texts)))+`","rspcod":"success","success":true}`)
		} else {
			_, _ = io.WriteString(w, `{"Code":"OK","BizId":"B`+string(rune('0'+len(p.texts)))+`","Message":"OK"}`)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *peer) gateway(t *testing.T, kind string) notify.Gateway {
	t.Helper()
	g, err := notify.GatewaySetting{Name: kind, Kind: kind, URL: p.URL + "/", Customer: "城关街道", Key: "key", Secret: "secret", Sign: "银桥", Mills: 45,
		Templates: map[string]string{"case.resolved/elder": "SMS_1", "any": "SMS_9"}}.Open(time.Now)
	ok(t, err)
	return g
}

var text = notify.Parcel{ID: "0001", To: "12600000001", Text: "王奶奶您好，有事请打95128。", Template: "case.resolved/elder", Names: []string{"who", "phone"}, Values: []string{"王奶奶", "95128"}}

func TestATextGoesWithItsCodeItsValuesAndTheSignature(t *testing.T) {
	t.Parallel()
	a, m := newPeer(t, "aliyun"), newPeer(t, "mas")
	sent, err := a.gateway(t, "aliyun").Send(context.Background(), text)
	ok(t, err)
	if got := a.got()[0]; sent.Ref != "B1" || sent.Cost != 45 || got["TemplateCode"] != "SMS_1" || got["SignName"] != "银桥" || got["PhoneNumbers"] != text.To || got["OutId"] != "0001" ||
		got["TemplateParam"] != `{"phone":"95128","who":"王奶奶"}` || got["Signature"] == "" {
		t.Errorf("%+v %v", sent, got)
	}
	if sent, err = m.gateway(t, "mas").Send(context.Background(), text); err != nil || sent.Ref != "G1" {
		t.Errorf("%+v, %v", sent, err)
	}
	// 云MAS adds up customer, user, secret, text, phone, values, signature and serial.
	got := m.got()[0]
	if got["mac"] != md5Of("城关街道"+"key"+"secret"+"SMS_1"+text.To+got["params"]+"银桥"+"") || got["params"] != `["王奶奶","95128"]` {
		t.Errorf("%v", got)
	}
	long := text
	long.Template, long.Text = "unknown", strings.Repeat("长", 100)
	sent, err = a.gateway(t, "aliyun").Send(context.Background(), long)
	if err != nil || sent.Cost != 90 || a.got()[1]["TemplateCode"] != "SMS_9" {
		t.Errorf("a text of two parts: %+v, %v", sent, err)
	}
}

func TestTheSecondGatewayTakesOverAndTheFirstComesBack(t *testing.T) {
	t.Parallel()
	a, m := newPeer(t, "aliyun"), newPeer(t, "mas")
	clock := &apptest.Clock{}
	clock.Set(apptest.Begin)
	g := notify.NewGateways(clock.Now, 0, a.gateway(t, "aliyun"), m.gateway(t, "mas"))
	send := func() (notify.Sent, error) { return g.Send(context.Background(), text) }
	a.set("refuse")
	for range 4 {
		if sent, err := send(); err != nil || sent.Gateway != "mas" {
			t.Fatalf("%+v, %v", sent, err)
		}
	}
	if st := g.States(); !st[0].Out || st[0].Fails != 3 || st[1].Out {
		t.Errorf("it was asked a fourth time: %+v", st)
	}
	a.set("")
	clock.Add(31 * time.Second)
	if sent, err := send(); err != nil || sent.Gateway != "aliyun" {
		t.Errorf("%+v, %v", sent, err)
	}
	// Away altogether: the connection is refused, so nothing was taken.
	a.Close()
	if sent, err := send(); err != nil || sent.Gateway != "mas" {
		t.Errorf("%+v, %v", sent, err)
	}
	m.set("refuse")
	var no *notify.Refused
	if sent, err := send(); !errors.As(err, &no) || sent.Cost != 0 {
		t.Errorf("with both away: %+v, %v", sent, err)
	}
}

func TestATextWhoseAnswerIsLostIsNotSentByTheOtherGateway(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"silent", "garbage"} {
		a, m := newPeer(t, "aliyun"), newPeer(t, "mas")
		a.set(mode)
		g := notify.NewGateways(time.Now, 0, a.gateway(t, "aliyun"), m.gateway(t, "mas"))
		sent, err := g.Send(context.Background(), text)
		if sent.Cost != 45 || sent.Gateway != "aliyun" {
			t.Errorf("%s: it counts as %+v", mode, sent)
		}
		var no *notify.Refused
		if err == nil || errors.As(err, &no) || len(m.got()) != 0 {
			t.Errorf("%s: %v, and the other has %d", mode, err, len(m.got()))
		}
		if strings.Contains(err.Error(), text.To) || strings.Contains(err.Error(), "http") {
			t.Errorf("%s: the error tells %v", mode, err)
		}
	}
}

// post is a mail server.
type post struct {
	mu      sync.Mutex
	letters []string
	refuse  bool
}

type session struct {
	p  *post
	to string
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{p: p}, nil }
func (s *session) Mail(string, *smtp.MailOptions) error     { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.p.refuse {
		return &smtp.SMTPError{Code: 550, Message: "no such user"}
	}
	s.to = to
	return nil
}
func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.letters = append(s.p.letters, s.to+"\n"+string(b))
	return err
}
func (*session) Reset()        {}
func (*session) Logout() error { return nil }

func TestALetterReachesAMailServerAndARefusedOneIsKnown(t *testing.T) {
	t.Parallel()
	p := &post{}
	srv := smtp.NewServer(p)
	srv.Domain = "localhost"
	l := listen(t)
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	m := notify.NewMail(notify.MailSetting{Host: "127.0.0.1", Port: port(l), From: "yinqiao@example.cn", TLS: "none"})
	sent, err := m.Send(context.Background(), notify.Parcel{ID: "0002", To: "clerk@example.cn", Subject: "银桥", Text: "有一件事等您。"})
	if err != nil || !sent.Delivered {
		t.Fatalf("%+v, %v", sent, err)
	}
	p.mu.Lock()
	if len(p.letters) != 1 || !strings.HasPrefix(p.letters[0], "clerk@example.cn") || !strings.Contains(p.letters[0], "<0002@yinqiao>") {
		t.Errorf("%q", p.letters)
	}
	p.refuse = true
	p.mu.Unlock()
	var no *notify.Refused
	if _, err := m.Send(context.Background(), notify.Parcel{ID: "0003", To: "nobody@example.cn", Text: "有一件事等您。"}); !errors.As(err, &no) || !no.ForGood {
		t.Errorf("%v", err)
	}
}

func TestAMailServerGetsNoMoreLettersAMinuteThanItMay(t *testing.T) {
	t.Parallel()
	p := &post{}
	srv := smtp.NewServer(p)
	srv.Domain = "localhost"
	l := listen(t)
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	m := notify.NewMail(notify.MailSetting{Host: "127.0.0.1", Port: port(l), From: "yinqiao@example.cn", TLS: "none", PerMinute: 2})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for i, free := range []bool{true, true, false} {
		_, err := m.Send(ctx, notify.Parcel{ID: "000" + string(rune('4'+i)), To: "clerk@example.cn", Subject: "银桥", Text: "有一件事等您。"})
		var no *notify.Refused
		if free && err != nil || !free && (!errors.As(err, &no) || !no.Turn || no.ForGood) {
			t.Errorf("letter %d: %v", i, err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.letters) != 2 {
		t.Errorf("%d letters", len(p.letters))
	}
}
