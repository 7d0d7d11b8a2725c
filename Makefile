# make demo   the whole road on synthetic speech, in a few minutes: evaluate, report, model, prediction
# make test   lint, types, architecture, doctests and tests, but the slow ones
# make test-all  the slow tests as well: what CI runs
# make mutants  small faults planted in the source, one at a time: which of them no test notices (half an hour)
# make test-oldest  the suite on the oldest versions that pyproject.toml allows, in an environment of its own (.venv-oldest)
# make bench  what things cost beside their floors and their baselines, into benchmarks/ (an hour; a quiet machine, please)
# make docs   the documentation site, into site/; a warning is an error
# make page   the page that runs a model in the browser, from web/ (needs npm)
# The corpora for the tests on real speech: EVENVOICE_CORPORA=/path/to/corpora make test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE := src/evenvoice/serve/page/index.html
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo test test-all test-oldest lint docs page mutants bench clean

demo: $(VENV)/.demo
	$(BIN)/evenvoice demo --out demo

# The tests in a browser need the page; where it cannot be built (no npm, no network) they skip and say so.
# Each file is run in one process: what it shares is made once. The order is that of tests/conftest.py. A third process
# that dies is the machine's fault or a fault everywhere: the run ends and says so.
test: $(VENV)/.test lint
	@$(MAKE) --no-print-directory page || echo "the page could not be built: the tests in a browser will skip and say so"
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder \
		--max-worker-restart 2 $(TESTS)

test-all:
	@$(MAKE) --no-print-directory test TESTS="-m 'not long'"

# Lint and types are those of the newest versions; the site and the page are not built.
test-oldest: .venv-oldest/.test
	.venv-oldest/bin/python -m pytest -m 'not long' --ignore tests/docs

.venv-oldest/.test: constraints-oldest.txt pyproject.toml
	test -x .venv-oldest/bin/python || $(PYTHON) -m venv .venv-oldest
	@echo "installing the oldest versions …"
	EVENVOICE_WITHOUT_PAGE=1 .venv-oldest/bin/python -m pip --disable-pip-version-check install --quiet \
		--constraint constraints-oldest.txt --editable '.[demo,serve,paper,tune,tables,media,tensorboard]' \
		pytest hypothesis 'httpx<0.28' jupytext markdown-it-py 'setuptools>=68' hatchling
	@touch $@

lint: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

mutants: $(VENV)/.test
	$(BIN)/python scripts/mutants.py --page

bench: $(VENV)/.test
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/bench.py

docs: $(VENV)/.test
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

page: $(PAGE)

$(PAGE): $(wildcard web/* web/page/*)
	@echo "building the page …"
	cd web && npm ci --silent && npm run --silent build
	@touch $@

# torch comes first: its CPU build must be there before anything that would pull in another one.
$(VENV)/.torch: constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing torch …"
	$(PIP) torch
	@touch $@

$(VENV)/.demo: $(VENV)/.torch pyproject.toml
	@echo "installing evenvoice …"
	$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.test: $(VENV)/.torch pyproject.toml
	@echo "installing evenvoice and what its tests need …"
	$(PIP) --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) .venv-oldest $(dir $(PAGE)) web/node_modules web/build site demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
