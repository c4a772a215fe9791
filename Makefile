# Everything a newcomer needs: `make demo` to see it, `make test` to trust it. `make help` lists the rest.
SHELL := /bin/bash
BIN := .venv/bin
N ?= 100000
RECORDS ?= 1000000

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench docs faults lock misuse outside compose-test clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Python environment and system packages; quick when nothing changed
	@scripts/setup

demo: setup  ## a whole month on synthetic people, then the page to look at (ARGS="--exit" for no page)
	@$(BIN)/shokai demo $(ARGS)

test:  ## all tests: unit, architecture, contract, integration, end to end, faults
	@scripts/setup tests
	@$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

check: setup  ## format, lint, types, import rules, generated pages: what CI runs before the tests
	@scripts/check

format: setup  ## put the code into the house's format
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format .

faults:  ## a month under each fault in turn: tried, survived (ARGS="--only broker --report FILE"); an hour
	@scripts/setup tests
	@$(BIN)/python -m tests.faults $(ARGS)

bench:  ## figures for N=100000 inquiries beside a plain-Python baseline, of matching beside Splink, of a log of RECORDS
	@scripts/setup bench
	@$(BIN)/python -m tests.bench --inquiries $(N)
	@$(BIN)/python -m tests.bench.distributed --inquiries $(N)
	@$(BIN)/python -m tests.bench.audit
	@$(BIN)/python -m tests.bench.audit_search --records $(RECORDS)
	@$(BIN)/python -m tests.bench.audit_verify --records $(RECORDS)
	@$(BIN)/python -m tests.bench.radius --records 1000000
	@$(BIN)/python -m tests.bench.matching --rows $(N)
	@$(BIN)/python -m tests.accuracy --pairs $(N)

misuse: setup  ## a year of ordinary work with planted misuse: what the detections find, and say for nothing (ARGS="--seed 7")
	@$(BIN)/python -m tests.misuse $(ARGS)

outside: setup  ## pass rates for sets of addresses and dates that others wrote (ARGS="FOLDER" for sets of your own)
	@$(BIN)/python -m tests.outside $(ARGS)

docs: setup  ## write docs/generated anew from the code
	@$(BIN)/python -m scripts.generate_docs

lock: setup  ## resolve requirements.lock anew (hashes, no registry hosts)
	@scripts/lock

compose-test:  ## the distributed system in real containers: up, a demo month, down again (needs a Docker engine)
	@deploy/compose/try

clean:  ## remove the environment and all caches; no data directory is touched
	rm -rf .venv .venv-bench .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
