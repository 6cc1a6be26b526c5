# Needs git, make and Python 3.11, 3.12 or 3.13 with its venv module. Everything else goes into .venv,
# which is made at the first use and brought up to date when requirements.txt or pyproject.toml change.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
DOCS_VENV := .venv-docs
DOCS_LOCKED := $(DOCS_VENV)/.locked

.DEFAULT_GOAL := help
.PHONY: help setup report test soak stacks docs benchmarks release wheelhouse lab lock clean
.DELETE_ON_ERROR:

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

report: $(READY) ## Write the attainment report for Futian 2019 as of 2019-09-30
	@$(BIN)/forecast report --area futian --year 2019 --as-of 2019-09-30

test: $(READY) ## Check style, types, layers, tests and notebooks
	@echo; echo "== Lint (ruff check)"
	@$(BIN)/ruff check .
	@echo; echo "== Format (ruff format)"
	@$(BIN)/ruff format --check .
	@echo; echo "== Types (mypy)"
	@$(BIN)/mypy
	@echo; echo "== Layers (import-linter)"
	@$(BIN)/lint-imports
	@echo; echo "== Tests and notebooks (pytest)"
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder
	@echo; echo "== Outputs kept in teaching notebooks (nbval)"
	@FORECAST_CACHE="$(CURDIR)/.pytest_cache/forecast" OMP_NUM_THREADS=1 \
	  $(BIN)/pytest -n auto --dist loadfile --nbval-lax -p no:cacheprovider notebooks/explore

soak: $(READY) ## Run the tests that take long: kills, random inputs and deliberate faults in numbers
	@$(BIN)/pytest -n auto tests/soak
	@$(BIN)/python tests/soak/mutants.py
	@found=$$(mktemp -d) && $(BIN)/python tests/soak/fuzz_readers.py -max_total_time=600 \
	  -artifact_prefix="$$found/" -verbosity=0 "$$found" tests/soak/corpus && rm -rf "$$found"
	@$(MAKE) --no-print-directory stacks

stacks: ## Run the quick tests on the oldest and newest packages, on every Python found
	@tests/soak/stacks.sh

docs: $(READY) $(DOCS_LOCKED) ## Build the site in build/site; warnings and dead links are errors
	@$(DOCS_VENV)/bin/python docs/site.py

benchmarks: $(READY) ## Measure everything anew, for hours, and write the table of goals in docs/benchmarks.md
	@$(BIN)/python benchmarks/all.py

release: $(READY) $(DOCS_LOCKED) ## Build a release in dist from the last commit, offline, the same bytes each time
	@$(DOCS_VENV)/bin/python ops/release.py build $(if $(wildcard .wheelhouse),--wheelhouse .wheelhouse)

wheelhouse: $(READY) $(DOCS_LOCKED) ## Fetch the wheels for a release to be installed offline, once, from the index
	@$(DOCS_VENV)/bin/python ops/release.py fetch .wheelhouse

lab: $(READY) ## Open the notebooks in JupyterLab
	@$(BIN)/forecast explore

setup: $(READY) ## Make .venv, or bring it up to date

# --no-deps: requirements.txt is complete, and leaves out on purpose what only slows every import.
# --compile: without compiled modules each start would cost three to four times as much.
$(LOCKED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null || { \
	  echo "Python 3.11, 3.12 or 3.13 is needed, but $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing); name another with: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments; on Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "== Setting up $(VENV) with $$($(PYTHON) --version): $$(grep -c '==' requirements.txt) packages, one to three minutes"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --no-deps --require-hashes --compile -r requirements.txt
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(PIP) install --no-deps --no-index --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

# What builds the site and a release has an environment of its own, which also sees the packages of .venv.
$(DOCS_LOCKED): requirements-docs.txt $(LOCKED)
	@echo "== Setting up $(DOCS_VENV): $$(grep -c '==' requirements-docs.txt) packages"
	@$(BIN)/python -m venv --clear $(DOCS_VENV)
	@$(DOCS_VENV)/bin/python -m pip -qq --disable-pip-version-check install --no-deps --require-hashes --compile -r requirements-docs.txt
	@packages='import sysconfig; print(sysconfig.get_path("purelib"))'; \
	  $(BIN)/python -c "$$packages" > "$$($(DOCS_VENV)/bin/python -c "$$packages")/project.pth"
	@touch $@

# Newest versions within the bounds of pyproject.toml, for Python 3.11 to 3.13 and every system in one file.
# uv works in a folder of its own, for its lock file holds the address of the package index: it is not kept.
# rfc3987-syntax is left out since it builds a grammar at each import of nbformat; nothing here needs it.
# What ends in "# apart" has an environment of its own.
lock: ## Renew requirements.txt and requirements-docs.txt with the newest versions that pyproject.toml allows
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	$(PYTHON) -m venv "$$scratch/venv" && \
	"$$scratch/venv/bin/pip" install --quiet --disable-pip-version-check 'uv>=0.13,<0.14' && \
	mkdir -p "$$scratch/project/src/forecast/base" && \
	sed '/# apart$$/d' pyproject.toml > "$$scratch/project/pyproject.toml" && \
	cp $(wildcard README.md) "$$scratch/project/" && \
	cp src/forecast/base/package.py "$$scratch/project/src/forecast/base/" && \
	export UV_PYTHON_DOWNLOADS=never && \
	"$$scratch/venv/bin/uv" lock --project "$$scratch/project" --python "$$scratch/venv/bin/python" && \
	"$$scratch/venv/bin/uv" export --quiet --project "$$scratch/project" --frozen --no-header \
	  --no-emit-project --all-extras --prune rfc3987-syntax --output-file "$$scratch/requirements.txt" > /dev/null && \
	cd "$$scratch/project" && \
	"$$scratch/venv/bin/uv" pip compile --quiet --group docs --constraint "$$scratch/requirements.txt" --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --output-file "$$scratch/requirements-docs.txt" > /dev/null && \
	cd "$(CURDIR)" && \
	cp "$$scratch/requirements.txt" "$$scratch/requirements-docs.txt" . && \
	echo "requirements.txt: $$(grep -c '==' requirements.txt) packages, requirements-docs.txt:" \
	  "$$(grep -c '==' requirements-docs.txt); now run: make test docs"

clean: ## Remove .venv, .venv-docs and what tools left behind; reports stay
	@rm -rf $(VENV) $(DOCS_VENV) build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests notebooks benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
