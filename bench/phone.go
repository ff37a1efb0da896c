package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	telephone "yinqiao/channel/phone/line"
	"yinqiao/speech"
)

const (
	// lineEnv has this binary be the line that is measured: a process of its own, so that what
	// it takes is not mixed with what the callers take.
	lineEnv = "YINQIAO_BENCH_LINE"

	pacingMost = 5.0   // ms that a packet may be off, at the 99th percentile
	answerMost = 100.0 // ms until a call is answered, at the 95th
	keyMost    = 300.0 // ms from a key to the next prompt, at the 95th
)

// prompts are the two that a caller switches between by a key. They are level, so that one
// byte tells which is heard.
var prompts = [2]speech.PCM{level(1000), level(12000)}

func level(v int16) speech.PCM {
	p := speech.PCM{Rate: 8000, Samples: make([]int16, 8000*8)}
	for i := range p.Samples {
		p.Samples[i] = v
	}
	return p
}

// answerCalls is the line that is measured: it answers, plays a prompt, and the other one after
// each key. It goes when its input ends.
func answerCalls() error {
	l, err := telephone.Open(telephone.Config{Addr: "127.0.0.1:0", Trunk: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Most: 1000, EachHour: 1 << 30, Clock: time.Now},
		func(ctx context.Context, c *telephone.Call) {
			if c.Ring() != nil || c.Answer() != nil {
				return
			}
			for i := 0; ; {
				if c.Play(ctx, prompts[i]) != nil {
					return
				}
				if k, err := c.Key(ctx, time.Millisecond); err != nil {
					return
				} else if k != 0 {
					i = 1 - i
				}
			}
		})
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return l.Close()
}

// phone measures many calls at once in a prompt: how evenly their packets come, how soon a
// call is answered and a key heard, and what it takes beside the bare echo of SIPp.
func (b *bench) phone(ctx context.Context) error {
	sipp, err := exec.LookPath("sipp")
	if err != nil {
		return errors.New("sipp is missing: make deps")
	}
	var cpu rates
	var gaps, answers, keys []float64
	lost, heard := 0, 0
	for range b.phoneRounds {
		ours, err := b.phoneRound(ctx, b.startLine)
		if err != nil {
			return err
		}
		gaps, answers, keys = append(gaps, ours.gaps...), append(answers, ours.answers...), append(keys, ours.keys...)
		lost, heard = lost+ours.lost, heard+len(ours.gaps)
		peer, err := b.phoneRound(ctx, func(ctx context.Context) (*callee, error) { return startEcho(ctx, sipp) })
		if err != nil {
			return fmt.Errorf("sipp: %w", err)
		}
		cpu.ours, cpu.peer = append(cpu.ours, ours.cpu), append(cpu.peer, peer.cpu)
	}
	off := make([]float64, len(gaps))
	for i, g := range gaps {
		off[i] = math.Abs(g - 20)
	}
	b.lines.print(within("phone.pacing_p99", "ms off 20", []float64{quantile(off, 0.99)}, pacingMost, extra{"calls": b.callers, "packets": heard, "lost": lost,
		"p50": round(quantile(off, 0.5)), "p999": round(quantile(off, 0.999)), "gap_mean": round(mean(gaps))}))
	for _, f := range []struct {
		name, of string
		took     []float64
		most     float64
	}{{"phone.answer_p95", "calls", answers, answerMost}, {"phone.key_p95", "keys", keys, keyMost}} {
		b.lines.print(within(f.name, "ms", []float64{quantile(f.took, 0.95)}, f.most, extra{f.of: len(f.took), "p50": round(quantile(f.took, 0.5)), "p99": round(quantile(f.took, 0.99))}))
	}
	b.lines.print(cpu.against("phone.cpu", "% of a core", "sipp -sn uas -rtp_echo: as many packets back as came, the same callers", 0,
		extra{"calls": b.callers, "packets_per_s": b.callers * 50}))
	return nil
}

// callee is a process that answers calls.
type callee struct {
	at   netip.AddrPort
	pid  int
	echo bool // says back what it hears, and knows no keys
	stop func()
}

func (b *bench) startLine(ctx context.Context) (*callee, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env, cmd.Stderr = append(os.Environ(), lineEnv+"=1"), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &callee{pid: cmd.Process.Pid, stop: func() { _ = in.Close(); _ = cmd.Wait() }}
	var at string
	if _, err := fmt.Fscan(out, &at); err == nil {
		c.at, err = netip.ParseAddrPort(at)
		if err == nil {
			return c, nil
		}
	}
	c.stop()
	return nil, errors.New("the line did not start")
}

// startEcho starts SIPp's own answering scenario with its echo of media.
func startEcho(ctx context.Context, bin string) (*callee, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	media, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, bin, "-sn", "uas", "-rtp_echo", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", strconv.Itoa(port), "-mp", strconv.Itoa(media), "-nostdin", "-timeout", "300s")
	cmd.Dir = os.TempDir()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &callee{at: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port)), pid: cmd.Process.Pid, echo: true, stop: func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }}
	time.Sleep(500 * time.Millisecond) // it tells nobody when it listens
	return c, nil
}

func freePort() (int, error) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port, nil
}

// spent is the processor time that a process has taken so far, in seconds.
func spent(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(f) < 13 {
		return 0, errors.New("no times in /proc")
	}
	user, err := strconv.ParseFloat(f[11], 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseFloat(f[12], 64)
	return (user + system) / 100, err // the kernel counts hundredths (USER_HZ)
}

func mean(vs []float64) float64 {
	sum := 0.0
	for _, v := range vs {
		sum += v
	}
	return sum / float64(max(1, len(vs)))
}
