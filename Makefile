# `make` alone lists the targets. Each one prepares what it needs.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# Tried in order and by running it: a name on PATH may be a shim without an interpreter behind it.
PYTHON ?= $(shell for candidate in python3.13 python3.12 python3.11 python3; do \
	"$$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo "$$candidate"; break; }; done)

# What is compiled is kept: commands that tests start would compile everything anew each time.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install -qq --disable-pip-version-check --no-input
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
BENCH_VENV := build/bench-venv
BENCH_READY := $(BENCH_VENV)/.ready
HTTP_FUZZ_VENV := build/http-fuzz-venv
HTTP_FUZZ_READY := $(HTTP_FUZZ_VENV)/.ready
# The product as .venv has it, for environments that hold what makes or looks at something of it alone.
BESIDE_VENV = PYTHONPATH=.:$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

# Another interpreter than that of .venv, and the tests whose outcome could depend on it.
BESIDE = build/beside-$(notdir $(PYTHON))
BESIDE_TESTS := tests/test_starting.py tests/golden/test_impac_september_2002.py \
	tests/ledger/values tests/ledger/events tests/ledger/waterfall tests/ledger/rules tests/ledger/tapes
DOCS_TESTS := tests/test_docs.py tests/ledger/events/test_schemas.py

# What a change must pass, in this order; .ci/run asks for the list. The tests hold the migrations to the models and run
# the README and the pages of docs/: migrations-check, readme and docs are parts of them, to be run alone while working.
CHECKS := test lint types arrows wheel release-check

# What an outsider would try, and what must come of it.
ATTACKS := tests/attacks tests/faults tests/guards/test_reader_cost.py tests/ledger/store/database/test_access.py \
	tests/ledger/evidence tests/replay/evidence tests/ledger/test_console.py tests/ledger/test_races.py

PYTEST_WORKERS ?= 2
UV_VERSION := 0.13.9
COMPILE_ONLY := build/lock-venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-config --custom-compile-command "make lock" $(UPGRADE)
COMPILE := $(COMPILE_ONLY) pyproject.toml

DEMO_DB := build/demo.db
DEMO := sqlite:///$(DEMO_DB) impac-cmb-2002-1 --record-date 2002-08-30

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "The commands ledger and replay are in $(BIN) after any of them:  . $(BIN)/activate"

.PHONY: setup
setup: $(READY) ## make .venv from the lock and install the package into it

$(LOCKED): requirements/dev.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed; name one: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Preparing $(VENV) with $(PYTHON) (about a minute, once)"
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements/dev.lock
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: test
test: $(READY) ## run the tests
	@$(BIN)/python -m pytest -q -n $(PYTEST_WORKERS) --dist loadfile

.PHONY: demo
demo: $(READY) ## post a real month into an embedded ledger, replay it, and tie it out against the published figures
	@mkdir -p build
	@rm -f $(DEMO_DB)*
	@$(BIN)/ledger demo $(DEMO_DB)
	@$(BIN)/replay books $(DEMO)
	@$(BIN)/replay statement $(DEMO) > build/statement.txt
	@echo
	@$(BIN)/replay reconcile $(DEMO) --published --list --pages 2-6,10
	@echo
	@echo "The whole statement is in build/statement.txt"
	@echo "To go on by hand:  . $(BIN)/activate  puts the commands ledger and replay on the PATH"

.PHONY: lint
lint: $(READY) ## check style and formatting
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "To format: $(BIN)/ruff format ." >&2; exit 1; }
	@echo "lint: clean"

.PHONY: types
types: $(READY) ## check the types
	@$(BIN)/mypy --strict

.PHONY: arrows
arrows: $(READY) ## check which module may import which
	@$(BIN)/lint-imports --no-logo

.PHONY: tidy
tidy: $(READY) ## check that modules have tests, names have readers and one meaning, and bad imports are caught
	@$(BIN)/python -m pytest tests/tidy -q

.PHONY: migrations-check
migrations-check: $(READY) ## check the migrations against the tables
	@$(BIN)/python -m pytest tests/migrations -q

.PHONY: old-ledgers
old-ledgers: $(READY) ## open, verify and reprint what earlier releases wrote
	@$(BIN)/python -m pytest tests/old_ledgers -q -n $(PYTEST_WORKERS)

.PHONY: readme
readme: $(READY) ## run what the README shows
	@$(BIN)/python -m pytest tests/test_readme.py -q

.PHONY: docs
docs: $(READY) ## run what the pages of docs/ show, and see that the generated ones are current
	@$(BIN)/python -m pytest $(DOCS_TESTS) -q

$(BESIDE)/.ready: requirements/dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Name the interpreter: make beside PYTHON=python3.12" >&2; exit 1; }
	@echo "Preparing $(BESIDE) with $(PYTHON) (about a minute, once)"
	@mkdir -p build
	@"$(PYTHON)" -m venv --clear $(BESIDE)
	@$(BESIDE)/bin/python $(PIP_INSTALL) --require-hashes -r requirements/dev.lock
	@$(BESIDE)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: beside
beside: $(BESIDE)/.ready ## run what could depend on the interpreter under another one (make beside PYTHON=python3.12)
	@$(BESIDE)/bin/python -m pytest -q -n $(PYTEST_WORKERS) --dist loadfile $(BESIDE_TESTS)

.PHONY: schemas
schemas: $(READY) ## regenerate the committed page of the events, and the JSON schemas of events and of results
	@$(BIN)/python -m ledger.events.describe > docs/events.md
	@$(BIN)/python -m ledger schemas --out docs/schemas
	@$(BIN)/python -m tests.results.write
	@echo "docs/events.md and docs/schemas/ are written"

.PHONY: findings
findings: $(READY) ## regenerate the committed page of what the gate finds
	@$(BIN)/python -m ledger.readiness.describe > docs/findings.md
	@echo "docs/findings.md is written"

.PHONY: commands
commands: $(READY) ## regenerate the committed page of the commands, their formats and exit statuses
	@$(BIN)/python -m replay.cli.describe > docs/commands.md
	@echo "docs/commands.md is written"

.PHONY: openapi
openapi: $(READY) ## regenerate the committed documents of the service for programs and of the pages
	@$(BIN)/python -m replay.web.programs > docs/openapi.json
	@$(BIN)/python -m replay.web.document > docs/openapi-pages.json
	@echo "docs/openapi.json and docs/openapi-pages.json are written"

.PHONY: schema-objects
schema-objects: $(READY) ## write down what the migrations make, which every ledger is held to when it is opened
	@$(BIN)/python -m tests.migrations.write_objects

.PHONY: wheel
wheel: $(READY) ## build the sdist and wheel, and try the wheel in a clean environment
	@rm -rf dist build/wheel-venv && mkdir -p build
	@$(BIN)/python -m build --no-isolation --outdir dist . >build/wheel.log 2>&1 || { cat build/wheel.log >&2; exit 1; }
	@$(BIN)/python -m venv build/wheel-venv
	@build/wheel-venv/bin/python $(PIP_INSTALL) --require-hashes -r requirements/core.lock
	@build/wheel-venv/bin/python $(PIP_INSTALL) --no-deps dist/indenture-*.whl
	@cd build && wheel-venv/bin/python -I -c 'import ledger, replay, pathlib; from ledger import *; from replay import *; \
		home = pathlib.Path(ledger.__file__).parent; \
		missing = [name for name in ("py.typed", "migrations/env.py") if not (home / name).is_file()]; \
		raise SystemExit(f"the wheel lacks {missing}" if missing else 0)'
	@cd build && wheel-venv/bin/ledger --help >/dev/null && wheel-venv/bin/replay --help >/dev/null
	@ls dist

.PHONY: release-check
release-check: $(READY) ## build the release twice, as two people would, and compare every byte
	@$(BIN)/python tests/supply/rebuilt.py

.PHONY: site
site: build/docs-venv/.ready ## make the documentation site in build/site, to be read without a network; every link is followed
	@$(BESIDE_VENV) build/docs-venv/bin/python -m tests.site.build

.PHONY: browser
browser: build/browser-venv/.ready ## do what an auditor does in a real Chromium, and take the pictures of the pages (CHROMIUM=/path)
	@$(BESIDE_VENV) build/browser-venv/bin/python -m pytest -q -p no:cacheprovider -m browser tests/browser $(BROWSER)

.PHONY: pictures
pictures: build/browser-venv/.ready ## take the pictures that the documentation shows anew, with the browser of make browser
	@PICTURES=docs/pictures $(BESIDE_VENV) build/browser-venv/bin/python -m pytest -q -p no:cacheprovider -m browser \
		tests/browser/test_pictures.py

.PHONY: sbom
sbom: $(READY) ## write the bill of materials, CycloneDX JSON, into build/sbom.json
	@$(BIN)/python tests/supply/sbom.py build/sbom.json

.PHONY: release
release: $(READY) ## make dist/ of what is committed: sdist and wheel, built twice, their hashes, the bill of materials
	@$(BIN)/python tests/supply/rebuilt.py dist
	@$(BIN)/python tests/supply/sbom.py dist/sbom.json

.PHONY: lock
lock: ## recompile the locks (make lock UPGRADE=--upgrade for newer versions)
	@test -x build/lock-venv/bin/uv || "$(PYTHON)" -m venv build/lock-venv
	@build/lock-venv/bin/python $(PIP_INSTALL) --require-hashes -r requirements/locking.lock
	@mkdir -p requirements
	@$(COMPILE) --extra postgres --extra frames --group dev --output-file requirements/dev.lock >/dev/null
	@$(COMPILE) --constraint requirements/dev.lock --output-file requirements/core.lock >/dev/null
	@$(COMPILE) --extra postgres --extra frames --extra archive --extra simulation --group bench \
		--constraint requirements/dev.lock --output-file requirements/bench.lock >/dev/null
	@$(COMPILE_ONLY) --group http-fuzz --constraint requirements/dev.lock --output-file requirements/http-fuzz.lock >/dev/null
	@for group in docs browser; do $(COMPILE_ONLY) --group pyproject.toml:$$group --constraint requirements/dev.lock \
		--output-file requirements/$$group.lock >/dev/null || exit 1; done
	@echo "uv==$(UV_VERSION)" | $(COMPILE_ONLY) - --output-file requirements/locking.lock >/dev/null
	@if grep -n '://' requirements/*.lock; then echo "a lock names an address" >&2; exit 1; fi

.PHONY: slow
slow: $(READY) ## run the long tests: 200 killed writers, thousands of tampered bytes, ten times the random examples
	@$(BIN)/python -m pytest -q -n $(PYTEST_WORKERS) -m slow --durations=40
	@DRAWS=10 $(BIN)/python -m pytest -q -n $(PYTEST_WORKERS) $$(grep -lE "draws\(|one_in\(" -r tests --include="test_*.py")

.PHONY: office
office: $(READY) ## let LibreOffice (installed if it may be) work out every formula of a workbook anew, to the cent
	@tests/supply/office.sh
	@$(BIN)/python -m pytest -q -rs -m slow tests/replay/papers/test_workbooks_recalculated.py

.PHONY: attacks
attacks: $(READY) ## attack the promises: changed files, forged rows, roles of PostgreSQL, forks, restores, hostile text
	@$(BIN)/python -m pytest -q -n $(PYTEST_WORKERS) $(ATTACKS)

.PHONY: fuzz
fuzz: $(READY) ## a hundred thousand damaged inputs for every reader (INPUTS=100000)
	@$(BIN)/python tests/fuzz/fuzz.py --inputs $${INPUTS:-100000}

$(HTTP_FUZZ_READY): requirements/http-fuzz.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed; name one: make http-fuzz PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Preparing $(HTTP_FUZZ_VENV) with $(PYTHON) (about a minute, once)"
	@mkdir -p build
	@"$(PYTHON)" -m venv --clear $(HTTP_FUZZ_VENV)
	@$(HTTP_FUZZ_VENV)/bin/python $(PIP_INSTALL) --require-hashes -r requirements/http-fuzz.lock
	@touch $@

.PHONY: http-fuzz
http-fuzz: $(READY) $(HTTP_FUZZ_READY) ## let Schemathesis ask both services whatever their own documents allow, and more (EXAMPLES=100)
	@$(BIN)/python -m tests.fuzz.schemathesis_run $(HTTP_FUZZ_VENV)/bin/schemathesis $${EXAMPLES:-100}

.PHONY: soak
soak: $(READY) ## four writers and four readers for ten minutes on each backend (SECONDS_EACH=600)
	@$(BIN)/python tests/soak/soak.py --seconds $${SECONDS_EACH:-600} --backend sqlite
	@$(BIN)/python tests/soak/soak.py --seconds $${SECONDS_EACH:-600} --backend postgresql

$(BENCH_READY): requirements/bench.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed; name one: make bench PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Preparing $(BENCH_VENV) with $(PYTHON) (about a minute, once)"
	@"$(PYTHON)" -m venv --clear $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python $(PIP_INSTALL) --require-hashes -r requirements/bench.lock
	@touch $@

.PHONY: bench
bench: $(BENCH_READY) ## measure the ledger beside its alternatives, and rewrite docs/performance.md (BENCH="totals --scale 0.1")
	@$(BENCH_VENV)/bin/python -m tests.benchmarks $(BENCH)

.PHONY: bench-large
bench-large: $(BENCH_READY) ## a life of two million events and an archive of a hundred million: an hour, 2 GB of disk
	@$(BENCH_VENV)/bin/python -m tests.benchmarks life archive-large $(BENCH)

.PHONY: bench-portfolio
bench-portfolio: $(READY) ## replay many deals on one worker and on two, and work out what more would take (PORTFOLIO="--deals 4")
	@$(BIN)/python -m tests.benchmarks.portfolio $(PORTFOLIO)

.PHONY: bench-pages
bench-pages: $(READY) ## how long pages take with ten readers at once, and the server's memory (PAGES="--events 100000")
	@$(BIN)/python -m tests.benchmarks.pages $(PAGES)

.PHONY: bench-papers
bench-papers: $(READY) ## what each paper of the real month costs the processor, beside text, the typesetter and a plain loop
	@$(BIN)/python -m tests.benchmarks.papers

.PHONY: same-cents
same-cents: $(READY) ## ten million simulated events: the same cents from SQL, snapshots, archives, a cluster and plain Python
	@$(BIN)/python tests/soak/same_cents.py --deals $${DEALS:-8}

.PHONY: clean
clean: ## remove everything that make has made
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find ledger replay migrations tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: check
check: $(CHECKS) ## everything

build/%-venv/.ready: requirements/%.lock $(READY)
	@echo "Preparing build/$*-venv (half a minute, once)"
	@$(BIN)/python -m venv --clear build/$*-venv
	@build/$*-venv/bin/python $(PIP_INSTALL) --require-hashes -r requirements/$*.lock
	@touch $@

.PHONY: list-checks
list-checks:
	@echo $(CHECKS)
