package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/staff"
)

// where is the part of the configuration that every command shares.
type where struct {
	Data     string `help:"Folder of the SQLite file, the keys and the journal's heads." default:"data" env:"YINQIAO_DATA" type:"path" placeholder:"DIR"`
	Database string `help:"postgres:// URL; SQLite in the data folder if empty." env:"YINQIAO_DATABASE" placeholder:"URL"`
	LogLevel string `help:"debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"YINQIAO_LOG_LEVEL"`
}

type commands struct {
	Serve struct {
		where
		Addr           string   `help:"Address to listen on." default:":8080" env:"YINQIAO_ADDR"`
		Demo           bool     `help:"Fill an empty installation with fictional people and show demonstration accounts." env:"YINQIAO_DEMO"`
		TrustedProxies []string `help:"Proxies in front, as CIDRs: their X-Forwarded-For names the client, by whom failed sign-ins are counted." env:"YINQIAO_TRUSTED_PROXIES" placeholder:"CIDR"`
		MetricsAddr    string   `help:"Own address for /metrics (and /healthz, /readyz). If empty, /metrics is on the main address, for this machine only." env:"YINQIAO_METRICS_ADDR" placeholder:"ADDR"`
		Services       string   `help:"Folder of the office's own service definitions (*.yaml), watched: what is dropped into it goes live." env:"YINQIAO_SERVICES" type:"path" placeholder:"DIR"`
		VoicePrompts   string   `help:"Folder of recorded prompts (WAV), heard instead of the synthesised voice." env:"YINQIAO_VOICE_PROMPTS" type:"path" placeholder:"DIR"`
		Messages       string   `help:"File (YAML) that names the gateways for short messages and the mail server." env:"YINQIAO_MESSAGES" type:"path" placeholder:"FILE"`
		Hospitals      string   `help:"File (YAML) that names the registers of hospitals that confirm each booking." env:"YINQIAO_HOSPITALS" type:"path" placeholder:"FILE"`
		Phone          string   `help:"File (YAML) that describes the telephone line." env:"YINQIAO_PHONE" type:"path" placeholder:"FILE"`
		VoiceURL       string   `help:"HTTP speech synthesiser to ask before espeak-ng: text in, WAV out." env:"YINQIAO_VOICE_URL" placeholder:"URL"`
		PlainHTTP      bool     `name:"plain-http" help:"Let cookies travel without HTTPS (only behind a proxy that adds it, or for trials)." env:"YINQIAO_PLAIN_HTTP"`
	} `cmd:"" help:"Serve the platform."`
	Migrate struct {
		where
	} `cmd:"" help:"Bring the database to this release's version."`
	Journal struct {
		Verify struct {
			where
		} `cmd:"" help:"Check every entry against the seals and the heads kept outside the database."`
		Retally struct {
			where
		} `cmd:"" help:"Compute all figures anew from the sealed entries."`
	} `cmd:"" help:"Verify or recount the journal."`
	Backup struct {
		where
		File     string `arg:"" help:"File to write; it must not exist." type:"path"`
		WithKeys bool   `help:"Put the keys into the file too. Whoever has it can then read everything."`
	} `cmd:"" help:"Write the whole installation into one file, while it serves."`
	Restore struct {
		where
		File string `arg:"" help:"File made by backup." type:"existingfile"`
	} `cmd:"" help:"Load a backup into an empty database, of either engine."`
	Admin struct {
		First struct {
			where
			Login    string `help:"Login name of the first administrator." default:"admin"`
			Name     string `help:"Their name." default:"管理员"`
			Division string `help:"Division code they administer, for example 14." required:""`
			Office   string `help:"Name of their office; it is opened if there is none." default:"平台管理办公室"`
		} `cmd:"" help:"Make the first administrator, once. Prints the password and the authenticator link."`
		Office struct {
			where
			Name     string `help:"Name of the office." required:""`
			Kind     string `help:"hospital, community, civil_affairs, market_supervision, call_centre …" required:""`
			Division string `help:"Division code, for example 140105." required:""`
			Address  string `help:"Where it is, in words."`
			Phone    string `help:"Public phone."`
			Hours    string `help:"Opening hours, in words."`
		} `cmd:"" help:"Open an office."`
		Staff struct {
			where
			Login    string `help:"Login name." required:""`
			Name     string `help:"Their name." required:""`
			Office   string `help:"Name of their office." required:""`
			Division string `help:"Division code of the office and of their post." required:""`
			Role     string `help:"clerk, gate, operator, grid_worker, responsible, family_doctor, dispatcher, driver, volunteer_lead, venue_manager, hospital_manager, supervisor or administrator." default:"clerk"`
		} `cmd:"" help:"Enter a member of staff. Prints the password and the authenticator link."`
	} `cmd:"" help:"Administration from the command line."`
	Ledger struct {
		Import struct {
			File   string `arg:"" help:"Policy document: txt, docx, html, or pdf where pdftotext is installed." type:"path"`
			DryRun bool   `help:"Read and show only. Nothing is kept yet in any case."`
			Format string `help:"json or text." enum:"json,text" default:"json"`
		} `cmd:"" help:"Read a policy document as measures, and show them."`
	} `cmd:"" help:"Policy documents as measures."`
	Catalog struct {
		Check struct {
			Dir string `arg:"" help:"Folder of service definitions (*.yaml)." type:"existingdir"`
		} `cmd:"" help:"Check service definitions: what is wrong, in which file and line, and what is expected."`
	} `cmd:"" help:"Services as data."`
	Version struct{} `cmd:"" help:"Print the version."`
}

// Main runs the command line. It returns the error to print.
func Main(ctx context.Context, args []string, out, errOut io.Writer) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("yinqiao"), kong.Description("银桥: every public service, by every channel, for every older person."),
		kong.Writers(out, errOut), kong.UsageOnError())
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return err
	}
	run := runner{ctx, &c, out, errOut}
	switch k.Command() {
	case "serve":
		return run.serve()
	case "migrate":
		return run.migrate()
	case "journal verify":
		return run.verify()
	case "journal retally":
		return run.retally()
	case "backup <file>":
		return run.backup()
	case "restore <file>":
		return run.restore()
	case "admin first":
		return run.adminFirst()
	case "admin office":
		return run.adminOffice()
	case "admin staff":
		return run.adminStaff()
	case "ledger import <file>":
		return run.ledgerImport()
	case "catalog check <dir>":
		return run.catalogCheck()
	case "version":
		_, err := fmt.Fprintln(out, Version())
		return err
	}
	return errors.New("no such command: " + k.Command())
}

// Version names the build.
func Version() string {
	v, rev := "development", ""
	if i, ok := debug.ReadBuildInfo(); ok {
		if i.Main.Version != "" && i.Main.Version != "(devel)" {
			v = i.Main.Version
		}
		for _, s := range i.Settings {
			if s.Key == "vcs.revision" {
				rev = " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return "yinqiao " + v + rev
}

type runner struct {
	ctx         context.Context
	c           *commands
	out, errOut io.Writer
}

func (r runner) log(w where) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(w.LogLevel)) // kong has checked it
	return slog.New(slog.NewJSONHandler(r.errOut, &slog.HandlerOptions{Level: l}))
}

// with opens the installation for one command.
func (r runner) with(w where, fn func(a *App) error) (err error) {
	a, err := Open(r.ctx, Config{Dir: w.Data, Database: w.Database}, r.log(w))
	if err != nil {
		return say(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return say(fn(a))
}

// say puts the sentence for the person in front of what the engineer needs.
func say(err error) error {
	var e *civic.Error
	if errors.As(err, &e) {
		return fmt.Errorf("%s\n  %w", e.Say, err)
	}
	return err
}

func (r runner) migrate() error {
	w := r.c.Migrate.where
	d, err := db.Open(r.ctx, db.Config{URL: w.Database, Dir: w.Data})
	if err != nil {
		return say(err)
	}
	return errors.Join(say(Migrate(r.ctx, d)), d.Close())
}

func (r runner) adminFirst() error {
	c := r.c.Admin.First
	return r.with(c.where, func(a *App) error {
		if err := a.Prepare(r.ctx); err != nil {
			return err
		}
		office, err := a.firstOffice(r.ctx, civic.Division(c.Division), c.Office)
		if err != nil {
			return err
		}
		h, err := a.Staff.First(r.ctx, staff.Hire{Login: c.Login, Name: c.Name, Office: office,
			Posts: []staff.Post{{Division: civic.Division(c.Division)}}})
		if err != nil {
			return err
		}
		r.showOnce(c.Login, h)
		return nil
	})
}

// Help writes what a command says of itself. It runs nothing.
func Help(args []string, out io.Writer) error {
	var c commands
	left := errors.New("help was shown")
	parser, err := kong.New(&c, kong.Name("yinqiao"), kong.Writers(out, out), kong.Exit(func(int) { panic(left) }))
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil && p != left {
			panic(p)
		}
	}()
	_, err = parser.Parse(args)
	return err
}
