# One environment in .venv/, made of the two lock files. `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
CODE := invoices documents printers tui kiosk helpdesk

.PHONY: help
help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Debian keeps ensurepip, without which there is no pip in an environment, in a package of its own.
$(VENV)/base.stamp:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/debian "The environment in $(VENV)/" python3-venv
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# What a lock file brings, told package by package: it takes a minute, and silence looks like a hang.
define install_lock
@packages=$$(grep -c '==' $(1)); echo "Installing $$packages packages of $(1) into $(VENV)/; this happens once."
@set -o pipefail; $(PIP) install --progress-bar off --require-hashes -r $(1) | .ci/pip-progress $$(grep -c '==' $(1))
endef

# Built with the setuptools of the lock file: no other one is fetched.
$(VENV)/runtime.stamp: requirements.lock pyproject.toml | $(VENV)/base.stamp
	$(call install_lock,requirements.lock)
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/runtime.stamp
	$(call install_lock,requirements-dev.lock)
	@touch $@

# Programs of Debian that the tests of deploy/ start.
TOOLS := nginx=nginx-light foot=foot visudo=sudo systemd-analyze=systemd
$(VENV)/tools.stamp: Makefile | $(VENV)/base.stamp
	@.ci/debian "make test" $(TOOLS)
	@touch $@

.PHONY: install demo run-helpdesk run-kiosk
install: $(VENV)/runtime.stamp ## the environment for running

demo: $(VENV)/runtime.stamp ## sample registry, server, virtual printer and one kiosk on this machine
	@$(BIN)/kiosk demo

run-helpdesk: $(VENV)/runtime.stamp ## the server of config.toml
	$(BIN)/helpdesk serve

run-kiosk: $(VENV)/runtime.stamp ## the kiosk of config.toml; ends by `kiosk stop` in another terminal
	@echo "No key leaves the kiosk. To stop it, in another terminal:  $(BIN)/kiosk stop"
	$(BIN)/kiosk run

.PHONY: test check format lint types contracts pytest
test: check pytest ## everything: format, lint, types, import contracts, tests

check: format lint types contracts ## all but the tests

format: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy $(CODE) tests benchmarks

contracts: $(VENV)/dev.stamp
	$(BIN)/lint-imports --no-cache

pytest: $(VENV)/dev.stamp $(VENV)/tools.stamp
	$(BIN)/python -m pytest -n 3 --dist loadfile

# nice: both are long, and whoever works on the machine meanwhile comes first.
.PHONY: fuzz outages
fuzz: $(VENV)/dev.stamp ## ROUNDS=1000000 mutated inputs, shared out over all that is read from outside
	nice -n 10 $(BIN)/python -m tests.fuzz --rounds $(or $(ROUNDS),1000000)
	FUZZ_ROUNDS=$$(( $(or $(ROUNDS),1000000) / 500 )) nice -n 10 $(BIN)/python -m pytest -q \
	    tests/kiosk/packs/test_fuzz.py tests/helpdesk/kiosks/test_push_fuzz.py

outages: $(VENV)/dev.stamp ## ROUNDS=50 kills of real processes, dead lines, full disks
	OUTAGE_ROUNDS=$(or $(ROUNDS),50) nice -n 10 $(BIN)/python -m pytest \
	    tests/e2e/test_kills.py tests/e2e/test_dead_lines.py tests/e2e/test_full_disk.py tests/helpdesk/test_full_disk.py

SEEDS ?= 1000
.PHONY: simulate
simulate: $(VENV)/dev.stamp ## real code on a virtual clock, failing disks and networks (SEEDS, SEED, WORKERS, FIRST, BUG)
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(if $(SEED),--seed $(SEED)) \
	    $(if $(FIRST),--first $(FIRST)) $(if $(WORKERS),--workers $(WORKERS)) $(if $(BUG),--bug $(BUG))

.PHONY: bench snapshots catalogues locks screenshots clean
bench: $(VENV)/dev.stamp ## measure against peers in the same run: ratios, and benchmarks/results.json
	$(BIN)/python -m benchmarks

snapshots: $(VENV)/dev.stamp ## accept the screens as they are now
	$(BIN)/python -m pytest tests/tui --snapshot-update

catalogues: $(VENV)/dev.stamp ## compile the message catalogues
	@for po in kiosk/locale/*/LC_MESSAGES/*.po helpdesk/locale/*/LC_MESSAGES/*.po; do \
	    $(BIN)/pybabel -q compile -i $$po -o $${po%.po}.mo; done

locks: ## resolve both lock files anew (needs uv)
	uv pip compile -q -U --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra packs pyproject.toml -o requirements.lock
	uv pip compile -q -U --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra packs --extra dev --extra bench -c requirements.lock pyproject.toml -o requirements-dev.lock

screenshots: $(VENV)/runtime.stamp ## draw the pictures in docs/ from the running demo
	$(BIN)/kiosk demo --screenshots docs/pictures

clean: ## the environment and what tools left behind
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
