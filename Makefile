# Magpie. “make” alone lists all targets.
SHELL := /bin/bash
GO ?= go
export GOFLAGS := -buildvcs=false
BIN := bin/magpie
# The commit and its day, which --version says; nothing where there is no history.
BUILT := $(shell git log -1 --format='%h %cs' --abbrev=7 2>/dev/null)
# Debian packages: gcc compiles SQLite; the Bluesky network's own SQLite wants g++, make and python3; tests start a Postgres of their own,
# and run the lines of docs/shop-api.md.
BUILD_PACKAGES := gcc libc6-dev git make
TEST_PACKAGES := $(BUILD_PACKAGES) g++ python3 postgresql curl ca-certificates
# What make torture does: how many kills, from which seed, on sqlite or postgres, against the sandbox or the real Bluesky network.
KILLS ?= 10000
SEED ?= 1
DATABASE ?= sqlite
NETWORK ?= sandbox
# How long make fuzz tries each target.
FUZZTIME ?= 1m
FUZZLOG := $(shell mktemp -u)

.DEFAULT_GOAL := help

help: ## list all targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: build ## set up, then show a whole campaign at work in a minute
	@$(BIN) demo

build: ## build bin/magpie
	@.ci/tools $(BUILD_PACKAGES)
	@echo "Building $(BIN) (the first time a minute or two: SQLite is compiled)"
	@$(GO) build -ldflags "-X 'main.built=$(BUILT)'" -o $(BIN) ./cmd/magpie

test: tools network ## set up everything and run all tests, the real Bluesky network included
	@echo "Running all tests"
	@$(GO) vet ./...
	@$(GO) test -timeout 20m ./...

race: tools network ## the same with the race detector
	@$(GO) test -race -timeout 40m ./...

check: test lint ## all tests and the linter, as in CI

lint: ## run golangci-lint, if it is installed
	@command -v golangci-lint >/dev/null && golangci-lint run ./... || echo "golangci-lint is not installed: only gofmt and vet"
	@test -z "$$(gofmt -l cmd internal)" || (gofmt -l cmd internal; exit 1)
	@$(GO) mod verify

torture: tools $(if $(filter bluesky,$(NETWORK)),network) ## kill the program KILLS=10000 times from SEED=1 (DATABASE=sqlite|postgres NETWORK=sandbox|bluesky) and check the result
	@$(GO) build -o bin/torture ./internal/torture
	@bin/torture -kills $(KILLS) -seed $(SEED) -database $(DATABASE) -network $(NETWORK)

fuzz: ## try random inputs for FUZZTIME=1m each on all that reads what others wrote
	@set -e; grep -rlE '^func Fuzz' internal --include=*_test.go | while read -r file; do \
		for name in $$(grep -oE '^func Fuzz[A-Za-z]+' $$file | cut -d' ' -f2); do \
			echo "$$name ($$(dirname $$file), $(FUZZTIME))"; $(GO) test ./$$(dirname $$file) -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) >$(FUZZLOG) || { cat $(FUZZLOG); exit 1; }; \
		done; done

oracle: tools network ## compare how texts are counted with the networks' own libraries, on 100,000 generated texts from SEED=1
	@$(GO) test -count=1 -timeout 20m ./internal/network/x -run 'TwitterText|Facts' -v -args -texts 100000 -seed $(SEED)
	@$(GO) test -count=1 -timeout 20m ./internal/network/bluesky -run AsTheOfficialLibrary -v -args -texts 15000 -seed $(SEED)

bench: tools ## run the benchmarks on this machine
	@$(GO) build -o bin/bench ./internal/bench && bin/bench

network: ## install the real Bluesky network for the tests (npm, once, 700 MB)
	@for tool in node npm; do command -v $$tool >/dev/null || { echo "$$tool is missing: install Node 20 or later first" >&2; exit 1; }; done
	@$(GO) run ./internal/network/bluesky/localnet/prepare

tools: ## install what the tests need, from Debian's packages
	@.ci/tools $(TEST_PACKAGES)

clean: ## remove what was built
	rm -rf bin
	@[ ! -e demo/.magpie-demo ] || rm -rf demo

.PHONY: help demo build test race check lint torture fuzz oracle bench network tools clean
