# What a contributor types. `make` alone lists it.

PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
STAMP   = $(VENV)/.installed

PYTEST_ARGS ?=
BENCH_ARGS  ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo simulate-demo test acceptance soak oracles check lint types contracts wire bench proto format clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make the virtual environment and install everything; nothing the second time

demo: setup ## simulate a world, train, serve it, and show pages
	$(BIN)/pagegen demo

simulate-demo: BEGUN := $(shell date +%s)
simulate-demo: setup ## an experiment on a simulated world, from start to report
	rm -rf simulate-demo
	$(BIN)/pagegen world --out simulate-demo/data
	$(BIN)/pagegen simulate tools/experiments/demo.toml --data simulate-demo/data --out simulate-demo/run --workers 2
	@echo "From make to the first metric: $$(($$(date +%s) - $(BEGUN))) s. Now open simulate-demo/run/report.html"

test: setup ## run the tests and the examples in docstrings; PYTEST_ARGS="-k name"
	$(BIN)/python -m pytest $(PYTEST_ARGS)

acceptance: setup ## what the simulated world must show, with trained bundles; takes minutes
	$(BIN)/python -m pytest -m slow -s tests/simulation/test_acceptance.py $(PYTEST_ARGS)

soak: setup ## 100,000 pages by drawn constraints: none is broken, each binds; takes minutes
	$(BIN)/python -m pytest -m soak -s tests/ordering $(PYTEST_ARGS)

oracles: setup ## compare metrics with those of ranx and ir-measures, which it installs
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable '.[dev,oracles]'
	$(BIN)/python -m pytest -m oracle tests/metrics $(PYTEST_ARGS)

check: lint types contracts wire ## all that is checked besides the tests

lint: setup ## formatting and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup ## mypy, strict
	$(BIN)/mypy

contracts: setup ## who may import whom
	$(BIN)/lint-imports --no-logo

wire: setup ## protos: lint, generated code is current, no earlier client breaks
	$(BIN)/python -m tools.proto --check

bench: setup ## measure speed and memory; BENCH_ARGS="--bundle B --data D"
	$(BIN)/python -m tools.bench $(BENCH_ARGS)

proto: setup ## generate pagegen/v1 from proto/
	$(BIN)/python -m tools.proto

format: setup ## format, and repair what lint can repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the virtual environment, caches and builds
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "pagegen needs Python 3.11 or newer, and '$(PYTHON)' is not; try: make PYTHON=python3.12 $(or $(MAKECMDGOALS),setup)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
	  || { echo "'$(PYTHON)' cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable '.[dev]'
	@$(BIN)/python -c 'import lightgbm' \
	  || { echo "LightGBM does not load (see above). When it misses libgomp.so.1, install the OpenMP runtime: apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp (Fedora), apk add libgomp (Alpine), brew install libomp (macOS)" >&2; exit 1; }
	@touch $@
