# Every target builds the environment it needs first.
PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/runtime.stamp
DEVELOPMENT := .venv/development.stamp

.PHONY: venv detect test check train bench translations

venv: $(RUNTIME)

$(RUNTIME): requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(DEVELOPMENT): $(RUNTIME) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

detect: $(RUNTIME)
	@$(BIN)/python project.py

test: $(DEVELOPMENT)
	$(BIN)/python -m pytest

check: $(DEVELOPMENT)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

train: $(RUNTIME)
	$(BIN)/python project.py train

bench: $(DEVELOPMENT)
	$(BIN)/python -m bench

translations: $(RUNTIME)
	$(BIN)/python -m report.catalogue
