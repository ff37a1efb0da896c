// Command bridge is the reference of a card reader's bridge: it sends every line that
// it is given on standard input, as a reader in keyboard mode writes them, to the
// server, and prints what the answer says. A line is a number, or JSON with the fields
// of docs/rooms/device.md.
//
//	echo 140105194603070029 | YINQIAO_TOKEN=… go run ./tools/bridge -server https://yinqiao.example
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// Tries of one read, with the same key: the server counts them once.
const (
	tries    = 4
	waitEach = 2 * time.Second
	answer   = 64 << 10
)

func main() {
	server := flag.String("server", "http://localhost:8080", "where 银桥 is")
	flag.Parse()
	token := os.Getenv("YINQIAO_TOKEN") // never an argument: others on the machine read those
	if token == "" {
		fmt.Fprintln(os.Stderr, "bridge: set YINQIAO_TOKEN to the token that was shown when the reader was enrolled")
		os.Exit(2)
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if line := strings.TrimSpace(in.Text()); line != "" {
			fmt.Println(send(*server, token, line))
		}
	}
}

// send posts one read until the server answers, and returns its words.
func send(server, token, line string) string {
	body := []byte(line)
	if !json.Valid(body) || line[0] != '{' {
		body, _ = json.Marshal(map[string]string{"number": line}) // a map of strings always marshals
	}
	key := rand.Text()
	for i := range tries {
		words, again, err := post(server, token, key, body)
		if err == nil && !again {
			return words
		}
		if i < tries-1 {
			time.Sleep(waitEach)
		}
	}
	return "连不上服务器，这张卡没有送到。请检查网络，或者手工输入证件号。"
}

// post sends once; again asks to send the same later.
func post(server, token, key string, body []byte) (words string, again bool, err error) {
	req, err := http.NewRequest(http.MethodPost, strings.TrimRight(server, "/")+"/api/v1/reads", bytes.NewReader(body))
	if err != nil {
		return "", false, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return "", true, err
	}
	defer resp.Body.Close()
	var out struct{ Words, Detail string }
	if err := json.NewDecoder(io.LimitReader(resp.Body, answer)).Decode(&out); err != nil {
		return "", true, err
	}
	if resp.StatusCode == http.StatusOK {
		return out.Words, false, nil
	}
	return out.Detail, resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests, nil
}
