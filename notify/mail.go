package notify

import (
	"context"
	"errors"

	"github.com/wneessen/go-mail"
	"golang.org/x/time/rate"
)

// MailSetting is the mail server of an installation.
type MailSetting struct {
	Host         string `yaml:"host"`
	Port         int    `yaml:"port"`
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	From         string `yaml:"from"`
	TLS          string `yaml:"tls"`        // starttls, the default; tls; none, for a server on this machine
	PerMinute    int    `yaml:"per_minute"` // letters it is given at most; 0 is without bound

	Password string `yaml:"-"`
}

// Mail sends letters by SMTP. They go to staff and offices, and say nothing but that
// something waits on the desk.
type Mail struct {
	Setting MailSetting

	limit *rate.Limiter
}

// NewMail makes the carrier of a setting.
func NewMail(s MailSetting) *Mail {
	limit := rate.NewLimiter(rate.Inf, 0)
	if s.PerMinute > 0 {
		limit = rate.NewLimiter(rate.Limit(float64(s.PerMinute)/60), s.PerMinute)
	}
	return &Mail{s, limit}
}

// Send implements Carrier. The message ID is made of the parcel's, so that a server that
// is given the same letter again can know it.
func (m *Mail) Send(ctx context.Context, p Parcel) (Sent, error) {
	msg := mail.NewMsg()
	if err := msg.From(m.Setting.From); err != nil {
		return Sent{}, &Refused{Err: err, ForGood: true}
	}
	if err := msg.To(p.To); err != nil {
		return Sent{}, &Refused{Err: errors.New("the address is none"), ForGood: true}
	}
	msg.Subject(p.Subject)
	msg.SetMessageIDWithValue(p.ID + "@yinqiao")
	msg.SetBodyString(mail.TypeTextPlain, p.Text)
	policy := mail.TLSMandatory
	opts := []mail.Option{mail.WithTimeout(sendTimeout)}
	switch m.Setting.TLS {
	case "none":
		policy = mail.NoTLS
	case "tls":
		opts = append(opts, mail.WithSSL())
	}
	opts = append(opts, mail.WithTLSPolicy(policy))
	if m.Setting.Port > 0 {
		opts = append(opts, mail.WithPort(m.Setting.Port))
	}
	if m.Setting.User != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.Setting.User), mail.WithPassword(m.Setting.Password))
	}
	if err := m.limit.Wait(ctx); err != nil { // a server that is flooded takes the platform for a spammer
		return Sent{}, &Refused{Err: err, Turn: true}
	}
	c, err := mail.NewClient(m.Setting.Host, opts...)
	if err != nil {
		return Sent{}, &Refused{Err: err, ForGood: true}
	}
	if err := c.DialWithContext(ctx); err != nil {
		return Sent{}, &Refused{Err: err}
	}
	defer func() { _ = c.Close() }() // the letter is taken or not by then
	if err := c.Send(msg); err != nil {
		if msg.IsDelivered() { // taken; what failed is what came after
			return Sent{Gateway: "smtp", Ref: p.ID, Delivered: true}, nil
		}
		var no *mail.SendError
		if errors.As(err, &no) && no.Reason != mail.ErrSMTPDataClose { // it was refused before all of it was sent
			return Sent{}, &Refused{Err: err, ForGood: !no.IsTemp()}
		}
		return Sent{}, err
	}
	return Sent{Gateway: "smtp", Ref: p.ID, Delivered: true}, nil
}
