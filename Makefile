# The two commands: `make up` runs the portal, `make test` proves it. Both install what is missing first.
PYTHON ?= python3
BIN := .venv/bin
BOOTSTRAP := $(PYTHON) -m portal.ops.bootstrap

.DEFAULT_GOAL := help
.PHONY: help up test test-thorough check check-back-end check-front-end format clean

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make up      install what is missing, migrate, load the demo on first start, run everything (Ctrl-C stops it)
up:
	@$(BOOTSTRAP) up
	@exec $(BIN)/python -m portal.ops.up

## make test    install what is missing, then make check, then every test: services, journeys, browser
test:
	@$(BOOTSTRAP) test
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m tests.lanes --screenshot only-on-failure

## make test-thorough   make test with many times as many simulations, properties and interleavings
test-thorough: export OVERREAD_THOROUGH = on
test-thorough: test

## make check   the fast half: format, lint, types, import law, migrations, front end
check:
	@$(BOOTSTRAP) check
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-back-end check-front-end

check-back-end:
	@echo "== ruff format" && $(BIN)/ruff format --check . || { echo "run: make format"; exit 1; }
	@echo "== ruff check" && $(BIN)/ruff check --quiet .
	@echo "== import law" && $(BIN)/lint-imports
	@echo "== migrations" && DJANGO_SETTINGS_MODULE=portal.settings.test $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@echo "== mypy" && $(BIN)/mypy

check-front-end:
	@echo "== front end" && $(BOOTSTRAP) npm run check

## make format  let ruff rewrite the Python files
format:
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

## make clean   remove all state (database, images, secrets, logs); refuses while the portal runs
clean:
	@$(BOOTSTRAP) clean
