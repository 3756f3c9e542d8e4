# `make demo` and `make test` need only Python 3.11, 3.12 or 3.13 with venv, and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/al-jazeera-storm.db
CHRONOLOGY := $(BIN)/chronology --db $(DEMO)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help demo test test-postgres test-slow test-oldest lint bench format clean

help:
	@echo "make demo       build the running example and show what the program does"
	@echo "make test       check format, lint and types, and run the tests (a few minutes)"
	@echo "make test-postgres  run the tests of shared logs, which need a PostgreSQL server on this machine"
	@echo "make test-slow  run the tests and their long versions"
	@echo "make test-oldest  run the tests with the oldest release of each dependency that pyproject.toml allows"
	@echo "make lint       check format, lint and types only"
	@echo "make bench      measure speed side by side with other stores"
	@echo "make format     format the code and fix what ruff can fix"
	@echo "make clean      remove the virtual environment, builds and caches"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: $(VENV)/.installed-test
	$(PIP_INSTALL) --editable '.[bench]'
	@touch $@

demo: $(VENV)/.installed
	@rm -f $(DEMO)
	@mkdir -p $(dir $(DEMO))
	@CHRONOLOGY='$(CHRONOLOGY)' sh tests/demo.sh

lint: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not postgres"

test-postgres: $(VENV)/.installed-test
	$(BIN)/python -m pytest -q -n 2 -m "postgres and not slow"

test-oldest:
	@mkdir -p build
	$(PYTHON) -m venv build/oldest
	grep -oE '"[a-z-]+(\[[a-z]+\])?>=[0-9.]+' pyproject.toml | sed -E 's/"|\[[a-z]+\]//g; s/>=/==/' > build/oldest.txt
	build/oldest/bin/python -m pip install --quiet --disable-pip-version-check --constraint build/oldest.txt --editable '.[test]'
	build/oldest/bin/python -m pytest -q -n 2 -m "not slow and not postgres" -W ignore::DeprecationWarning

test-slow: $(VENV)/.installed-test
	HYPOTHESIS_PROFILE=slow $(BIN)/python -m pytest -q -n 2

bench: $(VENV)/.installed-bench
	$(BIN)/python -m tests.benchmarks

format: $(VENV)/.installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
