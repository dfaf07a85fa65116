# `make app` starts the app, `make test` runs all checks, `make slow` those that
# take too long for every day, `make chaos` lets things fall over; all do their own set-up.

PATH ?= /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

PYTHON ?= python3
BIN := .venv/bin

# Tests start hundreds of Pythons: none should compile again what another one has.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: app test packages types bytecode slow fuzz chaos bounds bench translations api screenshots clean

# For others in the network: make app HOST=0.0.0.0, on another port with PORT=8080. Shells have a
# variable HOST of their own, so what isn't said on the command line doesn't count.
app: .venv/app
	$(BIN)/ahp serve $(call said,HOST,--host) $(call said,PORT,--port)

said = $(if $(filter command,$(origin $1)),$2 $($1))

# Tests wait for servers and browsers half of their time: twice as many processes as processors.
test:
	$(MAKE) --jobs=2 .venv/test packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --jobs=2 types bytecode
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest --numprocesses $$((2 * $$(nproc))) \
		--dist loadfile --no-loadscope-reorder

packages:
	tools/system-packages

types:
	$(BIN)/mypy

# Of the tests, while mypy has the other processor: each of pytest's processes would make its own.
# What fails here fails again when the tests run.
bytecode:
	@$(BIN)/pytest --numprocesses 0 --collect-only --quiet >/dev/null || true

# Whole reconstructions, long searches for faults, journeys in English, reports in LaTeX, rules of
# the log on PostgreSQL: half an hour and more.
slow: .venv/test
	tools/system-packages slow
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -m slow

# 100,000 damaged files for each reader of files, unless FUZZ says otherwise: half a day, on Linux, which
# tells how much memory one takes.
fuzz: .venv/test
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.fuzz $(FUZZ)

# Everything a server needs is killed, cut off or full while 50 experts answer: 10,000 answers, none
# of which may be lost. A quarter of an hour, as root on Linux: networks and disks of its own.
chaos: .venv/test
	tools/system-packages chaos
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -m chaos --numprocesses 0 --capture=no tests/chaos

# The oldest and the newest Python and dependencies that pyproject.toml declares: four environments.
bounds: .venv-bounds/bin/uv
	tools/system-packages
	.venv-bounds/bin/python tools/bounds.py $(TESTS)

.venv-bounds/bin/uv: constraints.txt
	tools/new-venv $(PYTHON) .venv-bounds
	.venv-bounds/bin/python -m pip install --quiet --constraint constraints.txt uv
	touch $@

# The stamps stand for what is whole: without one, an environment left half-made is made anew.
.venv/app: pyproject.toml constraints.txt
	test -e $@ || tools/new-venv $(PYTHON) .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[app]"
	touch $@

# With the app's: one search for versions is enough for both.
.venv/test: pyproject.toml constraints.txt
	test -e .venv/app || tools/new-venv $(PYTHON) .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[app,test]"
	touch .venv/app $@

# The core against batched LAPACK and other programs, which get an environment of their own; panels of
# up to a million experts; ways of asking, with simulated experts; the report of a large study, and its
# questionnaires; then the pages in a real browser, alone and while 49 experts answer; 20 sessions and
# 300; what a click asks of the database, and pages of one that has grown; a log of a million events; a
# million experts from their file.
bench: .venv/test .venv-peers/installed
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 \
		$(BIN)/python benchmarks/core.py .venv-peers/bin/python
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/evaluation.py
	$(BIN)/python benchmarks/panel.py
	$(BIN)/python benchmarks/guidance.py
	$(BIN)/python benchmarks/simulated_experts.py
	tools/system-packages
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/report.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/questionnaires.py
	$(BIN)/python benchmarks/results_page.py
	$(BIN)/python benchmarks/evaluation_pages.py
	$(BIN)/python benchmarks/load.py
	$(BIN)/python benchmarks/raters.py
	$(BIN)/python benchmarks/sessions.py
	$(BIN)/python benchmarks/statements.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/verify_log.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/scale.py

.venv-peers/installed: benchmarks/requirements.txt
	tools/new-venv $(PYTHON) .venv-peers
	.venv-peers/bin/python -m pip install --quiet --requirement benchmarks/requirements.txt
	touch $@

translations: .venv/test
	$(BIN)/python tools/translations.py

api: .venv/test
	$(BIN)/python tools/api_page.py

screenshots: .venv/test
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf .venv .venv-bounds .venv-peers build dist
