# Needs make and Python 3.11 or newer; bootstrap.py fetches the rest into .venv and .tools.
PYTHON3 ?= python3
PYTHON := .venv/bin/python
ONCE ?=
export ONCE
# Tests start hundreds of programs: what is compiled once need not be compiled by each.
unexport PYTHONDONTWRITEBYTECODE
CHECKED := tests/house_keeping tests/stores/test_shopify_documents.py

help:  ## these lines
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

demo: installed  ## the app, two pretend vendors and a pretend marketplace (ONCE=1: one order, then stop)
	@$(PYTHON) -m demo

test: style  ## every check, then every test
	@$(PYTHON) -m tools.browser >/dev/null
	@$(PYTHON) -m tools.nginx >/dev/null
	@$(PYTHON) -m pytest -n 3 --dist worksteal tests

EXAMPLES ?= 10000
fuzz: installed-dev  ## arbitrary answers of stores and bodies of webhooks (EXAMPLES=10000)
	@$(PYTHON) -m pytest -q -n 3 --dist worksteal tests/fuzz --examples $(EXAMPLES)

MINUTES ?= 10
SEED ?=
chaos: installed-dev  ## orders while everything is killed, frozen and lied to, then all compared (MINUTES=10 SEED=)
	@$(PYTHON) -m chaos --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

check: style  ## style, types, laws, migrations without drift, GraphQL by schema and scopes
	@$(PYTHON) -m pytest -q --database sqlite $(CHECKED)

style: installed-dev
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-logo
	@$(PYTHON) -m tools.house_rules

GROUP ?= rules
SAMPLE ?= 0
mutants: installed-dev  ## change the code bit by bit: do tests notice? By hand (GROUP=rules SAMPLE=0)
	@$(PYTHON) -m tools.mutants $(GROUP) --sample $(SAMPLE)

messages: installed-dev  ## collect what the pages say into the catalogues; tells what is untranslated
	@$(PYTHON) -m tools.messages

bench: installed-dev  ## measure
	@$(PYTHON) -m bench

UPGRADE ?=
LOCK = .tools/bin/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate

lock: installed-dev  ## write the locks from pyproject.toml and tools.in (UPGRADE=--upgrade: the newest allowed)
	$(LOCK) tools.in -o tools.lock
	$(LOCK) --no-deps --group embedded -o redis.lock
	$(LOCK) pyproject.toml --group sandbox -o requirements.lock
	$(LOCK) pyproject.toml --group sandbox --group dev \
		--constraints requirements.lock -o requirements-dev.lock
	$(LOCK) pyproject.toml --group sandbox --group dev --group mutants \
		--constraints requirements-dev.lock -o mutants.lock

key: installed  ## print a fresh key for SLUICE_SECRET_KEYS
	@$(PYTHON) -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'

clean:  ## remove everything that make made
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis var/looks
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

installed:
	@$(PYTHON3) bootstrap.py

installed-dev:
	@$(PYTHON3) bootstrap.py --dev

.PHONY: help demo test fuzz chaos check mutants style messages bench lock key clean installed installed-dev
.DEFAULT_GOAL := help
