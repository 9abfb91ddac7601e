.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
MEMBERS := statute scorer redflags verifier witness servicekit gateway portal services/appeals services/procurement services/legal-acts services/registry stack
# Their tests are no package to mypy, so it sees each by itself.
HYPHENED := services/legal-acts
SERVICES := appeals procurement legal-acts registry
EXPORT = $(BIN)/uv export --frozen --quiet --no-dev --no-emit-workspace --no-header --no-annotate
export PORT ?= 8000

.PHONY: help setup run test test-browser check demo lock format bench prove verifier

help: ## Show what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: .venv/ready ## Start Ashyq at http://127.0.0.1:8000 (PORT and ASHYQ_DATA choose another)
	@$(BIN)/ashyq run

test: .venv/ready ## Run all tests against a real PostgreSQL
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

test-browser: .venv/ready ## Look at every page in Chromium, wide and narrow, with and without scripts
	@command -v chromium >/dev/null || { echo "Chromium is missing. Remedy: apt-get install -y chromium fonts-dejavu-core"; exit 1; }
	@$(BIN)/pytest -m browser tests/browser

demo: .venv/ready ## Play the story of one appeal in the terminal
	@$(BIN)/ashyq demo

check: .venv/ready ## Check form, types, borders and dependencies, as CI does
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy $(addsuffix /src,$(MEMBERS)) $(addsuffix /tests,$(filter-out $(HYPHENED),$(MEMBERS))) tests bench deploy/tests services/conftest.py conftest.py
	@for member in $(HYPHENED); do $(BIN)/mypy $$member/tests || exit 1; done
	@$(BIN)/lint-imports --no-logo
	@for member in $(MEMBERS); do $(BIN)/deptry --config $$member/pyproject.toml $$member/src || exit 1; done
	@$(BIN)/vulture

format: .venv/ready ## Put every file into the agreed form
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

bench: .venv/ready ## Measure against limits and peers, side by side; results go to bench/results
	@$(BIN)/python bench/run.py

prove: .venv/ready ## The long proofs: a million deadlines against the second calendar
	@$(BIN)/pytest -m prove --timeout 3000

verifier: ## Build ashyq-verify.pyz, which checks receipts on any machine
	@$(PYTHON) verifier/build_pyz.py dist/ashyq-verify.pyz

lock: .venv/ready ## Choose dependency versions anew and write requirements.lock
	@$(BIN)/uv lock --upgrade --quiet
	@$(BIN)/uv export --quiet --all-packages --all-groups --no-emit-workspace --no-header --no-annotate -o requirements.lock
	@$(MAKE) --no-print-directory deploy/locks

.PHONY: check-deploy deploy/locks
deploy/locks: # what goes into the image of each process, by the versions of uv.lock
	@for group in build server; do $(EXPORT) --only-group $$group -o $@/$$group.txt || exit 1; done
	@for service in $(SERVICES) gateway portal witness; do $(EXPORT) --package $$service -o $@/$$service.txt || exit 1; done
	@$(EXPORT) --package stack -o $@/sandbox.txt

check-deploy: .venv/ready ## Check the Dockerfile and the Compose file, and that the checks can fail
	@$(BIN)/pytest -q deploy/tests

setup: .venv/ready ## Install everything into .venv (the others do it by themselves)

.venv/ready: requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS))
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing. Remedy: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old: 3.11 or newer is needed. Remedy: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing. Remedy: apt install python3-venv"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@total=$$(grep -c '==' requirements.lock); seen=$$(test -t 1 && echo 1); \
	$(BIN)/pip install --disable-pip-version-check --no-deps --no-compile --require-hashes -r requirements.lock | \
	  awk -v total=$$total -v seen=$$seen 'BEGIN {print "Installing packages into .venv (once, about a minute)"} \
	    seen && /^Collecting|^Requirement already/ {printf "\r%d of %d ", ++n, total; fflush()} END {if (seen) print ""}'
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation $(addprefix -e ,$(MEMBERS))
	@touch $@
