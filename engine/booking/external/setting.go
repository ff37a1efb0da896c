package external

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"yinqiao/ruledata"
)

// Setting is what an installation writes of one register. Secrets are in files of their
// own.
type Setting struct {
	Name       string `yaml:"name"`
	URL        string `yaml:"url"`
	Key        string `yaml:"key"` // by which it knows us
	SecretFile string `yaml:"secret_file"`
	AnswerFile string `yaml:"answer_secret_file"` // the password by which it brings answers; none are taken without

	Secret       string `yaml:"-"`
	AnswerSecret string `yaml:"-"`
}

// ReadSettings reads the file in which an installation names the registers. What is wrong
// is said with the file's name and never with a secret.
func ReadSettings(file string) ([]Setting, error) {
	var s struct {
		Hospitals []Setting `yaml:"hospitals"`
	}
	secret, err := ruledata.Installed(file, &s)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i := range s.Hospitals {
		h := &s.Hospitals[i]
		if h.Secret, err = secret(h.SecretFile); err != nil {
			return nil, err
		}
		if h.AnswerSecret, err = secret(h.AnswerFile); err != nil {
			return nil, err
		}
		if h.Name == "" || strings.ContainsAny(h.Name, "/ ") || seen[h.Name] || h.Key == "" || h.Secret == "" || !safe(h.URL) {
			return nil, fmt.Errorf("%s: hospital %d needs a name of its own, key, secret_file and url, with https where it is not on this machine", file, i+1)
		}
		seen[h.Name], h.URL = true, strings.TrimRight(h.URL, "/")
	}
	return s.Hospitals, nil
}

// safe reports whether names and numbers of people may go to an address.
func safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && here
}

// Open makes the connection that a setting describes.
func (s Setting) Open() *Client {
	return &Client{s, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}
