# Everything runs in .venv, made from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READERS := .venv-readers
SPARK := .venv-spark
DUCKDB15 := .duckdb15

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: demo test test-one wheels test-readers test-spark test-duckdb15 lint lint-python lint-sql bench dashboard lock install clean

install: $(INSTALLED)

# --no-deps: the lock names everything. Where it names a package with extras, pip's resolver also looks at a newer version
# of the package without them and stops at its missing hash.

$(INSTALLED): requirements.lock pyproject.toml sandbox/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Leadwright needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV); this takes two to four minutes the first time."
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable . --editable ./sandbox
	@touch $@

demo: $(INSTALLED)
	@$(BIN)/leadwright demo

# Two at a time: a command's start, a build and a sandbox each keep one core busy. In the order of the folders, so that
# the long tests do not come last.
test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# One file, test or word of a name: make test-one T=tests/unit/test_pace.py, T="-k routing", T=--lf for what failed last.
# A model's unit test: make test-one T="tests/integration/test_dbt_units.py -k int_scoring__scores".
test-one: $(INSTALLED)
	$(BIN)/python -m pytest --no-header -q $(T)

# Both distributions, as they would be published.
wheels: $(INSTALLED)
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . ./sandbox

# Readers and writers by others against the sandbox; their needs stay out of $(VENV).
test-readers: $(READERS)/.installed
	PYTHONPATH=$(CURDIR)/sandbox $(READERS)/bin/python -m pytest tests/readers

$(READERS)/.installed: requirements-readers.lock
	$(PYTHON) -m venv $(READERS)
	$(READERS)/bin/pip install --quiet --no-deps --require-hashes --requirement requirements-readers.lock
	@touch $@

# The dbt project on Spark against DuckDB; needs Java 17. Spark stays out of $(VENV).
test-spark: $(INSTALLED) $(SPARK)/.installed
	$(BIN)/python -m pytest tests/spark

$(SPARK)/.installed: requirements-spark.lock
	$(PYTHON) -m venv $(SPARK)
	$(SPARK)/bin/pip install --quiet --no-deps --require-hashes --requirement requirements-spark.lock
	@touch $@

# The build and one run from end to end on DuckDB 1.5, which takes the place of 2.0 by standing first in the path.
test-duckdb15: $(INSTALLED) $(DUCKDB15)/.installed
	PYTHONPATH=$(CURDIR)/$(DUCKDB15) $(BIN)/python -m pytest tests/unit/test_warehouse.py tests/integration/test_dbt_project.py \
		tests/integration/test_dbt_units.py tests/e2e/test_run.py -k "(test_warehouse or test_dbt_units or written or sends_nothing) and not owner_s_alone and not hubspot"

$(DUCKDB15)/.installed: $(INSTALLED) requirements-duckdb15.lock
	$(BIN)/pip install --quiet --no-deps --require-hashes --upgrade --target $(DUCKDB15) --requirement requirements-duckdb15.lock
	@touch $@

# mypy keeps one core busy for a minute; meanwhile the other one reads SQL.
lint: $(INSTALLED)
	$(MAKE) --jobs 2 --output-sync lint-python lint-sql

lint-python: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lint-sql: $(INSTALLED)
	LEADWRIGHT_WAREHOUSE_FILE=$(VENV)/lint.duckdb $(BIN)/sqlfluff lint --processes 2 dbt_project
	$(BIN)/sqlfluff lint --templater placeholder leadwright/dashboards leadwright/explain leadwright/learn leadwright/linkage leadwright/notices leadwright/operate leadwright/study leadwright/trials leadwright/writeback

bench: $(INSTALLED)
	@for script in tests/benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

dashboard: $(INSTALLED)
	@$(BIN)/leadwright dashboard

COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --no-header

# Resolve the lock files again after a change of pyproject.toml.
lock: $(INSTALLED)
	$(COMPILE) --extra dev --extra dashboards --extra linkage --extra learn --extra testing pyproject.toml sandbox/pyproject.toml \
		--output-file requirements.lock
	$(COMPILE) --group readers sandbox/pyproject.toml --output-file requirements-readers.lock
	$(COMPILE) --group duckdb15 --output-file requirements-duckdb15.lock
	$(COMPILE) --group spark --constraint requirements.lock --output-file requirements-spark.lock

clean:
	rm -rf $(VENV) $(READERS) $(SPARK) $(DUCKDB15)
