# Everything a newcomer or a CI needs. `make help` lists it.

PYTHON ?= python3
BIN := .venv/bin
PACKAGES := yzindex worker api sandbox deploy
FAST_TESTS := $(wildcard tests/unit tests/docs)
# A pytest selection or option: make test ARGS="-k redis -x"
ARGS ?=
# Two at a time. A file's tests stay together, for they share what they started; tests/conftest.py says what comes first.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder

# Some machines set it: then each of a stack's processes compiles a thousand modules anew, every time.
unexport PYTHONDONTWRITEBYTECODE

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help demo up test check bench prove lock bare-debian bootstrap \
        check-format check-lint check-layers check-types check-dependencies check-tests

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: bootstrap  ## Install, then a story on simulated models: today, and with every further call the next morning (SEED=7: another)
	@$(BIN)/python -m deploy.demo $(if $(SEED),--seed $(SEED))

up: bootstrap  ## Install, then run the one-machine stack until Ctrl-C
	@$(BIN)/yz up

prove: bootstrap  ## Install, then prove the verdicts on simulated worlds, into docs/method.md (MATRIX=FILE.npz adds one)
	@$(BIN)/yz prove $(if $(MATRIX),--matrix '$(MATRIX)') --out docs/method.md

bench: bootstrap  ## Install, then measure pages and sandboxes, 10,000 answers in each: half an hour (ANSWERS=100: fewer; CRUN=1: crun too)
	@$(BIN)/python -m tests.bench.page_times --board quarter
	@$(BIN)/python -m tests.bench.page_times --board year
	@$(BIN)/python -m tests.bench.sandbox_speed $(if $(CRUN),--crun)
	@$(BIN)/python -m tests.bench.many_answers $(if $(ANSWERS),--answers $(ANSWERS))
	@$(BIN)/python -m tests.bench.many_answers $(if $(ANSWERS),--answers $(ANSWERS)) --sandbox bubblewrap

test: bootstrap  ## Install, then run all tests; those whose engine is absent are skipped by name
	@$(BIN)/pytest $(SIDE_BY_SIDE) tests $(ARGS)

# The parts share nothing, so they run side by side; -k lets every one of them speak before the end.
check: bootstrap  ## Formatting, lint, layers, types, dependencies, fast tests
	@$(MAKE) -j4 -k --output-sync=target \
	    check-types check-tests check-layers check-dependencies check-format check-lint
	@echo "check: all good"

lock: bootstrap  ## Recompile requirements.lock from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --group dev \
	    pyproject.toml --output-file requirements.lock $(ARGS)

bare-debian:  ## As root: the demo in a fresh minimal Debian (RUN="make test" for another command)
	@tests/end_to_end/bare_debian.sh $(if $(RUN),sh -c '$(RUN)')

bootstrap:
	@$(PYTHON) deploy/bootstrap.py

check-format:
	@$(BIN)/ruff format --check --quiet . || { echo "check: run $(BIN)/ruff format ."; exit 1; }

check-lint:
	@$(BIN)/ruff check --quiet .

check-layers:
	@$(BIN)/lint-imports --no-logo 2>&1 || { echo "check: an import crosses a border of the house"; exit 1; }

check-types:
	@$(BIN)/mypy

check-dependencies:
	@$(BIN)/deptry --no-ansi . 2>&1

check-tests:
	@$(if $(FAST_TESTS),$(BIN)/pytest -q $(SIDE_BY_SIDE) $(FAST_TESTS),echo "check: no fast tests yet")
