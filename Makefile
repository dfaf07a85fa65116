# `make app` starts the app, `make test` runs all checks; both do their own set-up.

PATH ?= /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

PYTHON ?= python3
BIN := .venv/bin

.PHONY: app test translations screenshots clean

app: .venv/app
	$(BIN)/ahp serve

test: .venv/test
	tools/system-packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

.venv/app: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[app]"
	touch $@

.venv/test: .venv/app
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[app,test]"
	touch $@

translations: .venv/test
	$(BIN)/python tools/translations.py

screenshots: .venv/test
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf .venv build dist
