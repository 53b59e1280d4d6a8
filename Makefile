# Two commands for a newcomer: `make run` and `make test`. Both do all the set-up they need.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: run test faults lint bench smoke conformance locks screenshots messages clean

run: .stamp-run
	@exec $(BIN)/kafedra run

test: .stamp-dev .stamp-tools
	@$(BIN)/kafedra build
	@$(BIN)/python -m pytest -n $${KAFEDRA_TEST_PROCESSES:-auto} --dist loadgroup $(ARGS)

# The promises about answers, while processes are killed and connections fail: a minute each, on both databases.
faults: .stamp-dev .stamp-tools
	@$(BIN)/kafedra build
	@$(BIN)/python -m tests.faults $(ARGS)

lint: .stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

bench: .stamp-dev
	@$(BIN)/kafedra build
	$(BIN)/python -m tests.benchmarks

conformance: .stamp-dev
	$(BIN)/python -m tests.conformance $(DATA)

screenshots: .stamp-dev .stamp-tools
	@$(BIN)/kafedra build
	$(BIN)/python -m tests.screenshots docs/screenshots

# Collect the texts of pages and code into the catalogues (run after changing a text).
messages: .stamp-dev
	$(BIN)/kafedra messages

# Pin the dependencies anew: versions and hashes, no addresses.
locks: .stamp-dev
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Нужен Python 3.11 или новее, а это %d.%d. Укажите другой: make run PYTHON=python3.12" % v[:2])'
	@$(PYTHON) -m venv $(VENV) || { echo "Не удалось создать $(VENV). На Debian и Ubuntu поставьте пакет python3-venv."; exit 1; }

.stamp-run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Устанавливаем пакеты (один раз)…"
	@test -f .stamp-dev || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.stamp-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Устанавливаем пакеты для тестов (один раз)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# A real browser and two PDF tools for the tests: taken from the system's packages where that is possible.
.stamp-tools:
	@missing=""; \
	for pair in chromium:chromium pdftotext:poppler-utils pdftoppm:poppler-utils qpdf:qpdf; do \
	  command -v $${pair%%:*} >/dev/null || missing="$$missing $${pair##*:}"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else echo "Для тестов нужны программы, которых здесь нет:$$missing. Поставьте их пакетом своей системы."; exit 1; fi; fi
	@touch $@

clean:
	rm -rf $(VENV) .stamp-* var app/static/build
