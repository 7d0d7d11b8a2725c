# make demo   the whole road on synthetic speech, in a few minutes: evaluate, report, model, prediction
# make test   lint, types, architecture, doctests and tests
# The corpora for the tests on real speech: EVENVOICE_CORPORA=/path/to/corpora make test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo test lint clean

demo: $(VENV)/.demo
	$(BIN)/evenvoice demo --out demo

test: $(VENV)/.test lint
	$(BIN)/python -m pytest --numprocesses 2

lint: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

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
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
