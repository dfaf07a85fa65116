# `make app` starts the app, `make test` runs all checks; both do their own set-up.

PATH ?= /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

PYTHON ?= python3
BIN := .venv/bin

.PHONY: app test lint translations screenshots clean

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

# Take new texts into the catalogs, then compile them; fill in what is empty in ahp.po.
translations: .venv/test
	$(BIN)/pybabel --quiet extract --no-location --sort-output --output ahp.pot ahp
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --omit-header \
		--domain ahp --input-file ahp.pot --output-dir ahp/i18n
	rm ahp.pot
	$(BIN)/pybabel --quiet compile --domain ahp --directory ahp/i18n

screenshots: .venv/test
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf .venv build dist
