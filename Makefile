# Everything that one does with a checkout. `make` alone lists it.
# ARGS are handed on: make test ARGS="tests/payments -k wallet"

.DEFAULT_GOAL := help
SHELL := /bin/sh
ARGS ?=

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
INSTALLED := .venv/.installed

# The uv on the path, or one of this checkout's own.
UV = $(shell command -v uv || echo .uv/bin/uv)
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV

# What a public site is told; only `check --deploy` reads these, and reaches no server.
AS_PRODUCTION := OBOLE_PRODUCTION=1 \
	OBOLE_SECRET_KEY=0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ \
	OBOLE_SITE_URL=https://obole.example \
	DATABASE_URL=postgres://obole@localhost/obole \
	REDIS_URL=redis://localhost/0 \
	OBOLE_SMTP_URL=smtp://localhost

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

.PHONY: install
install: $(INSTALLED) ## prepare .venv; the other targets do it first

.PHONY: demo
demo: install ## load real months, settle them, show them, and serve (ARGS=--no-serve)
	$(MANAGE) demo $(ARGS)

.PHONY: test
test: install ## run the tests, in parallel
	$(BIN)/pytest -n auto $(ARGS)

.PHONY: test-browser
test-browser: install ## all browser tests, each in three cookie modes; takes half an hour
	OBOLE_BROWSER_NEEDED=1 $(BIN)/pytest tests/browser --all-modes -n auto $(ARGS)

.PHONY: test-bank-samples
test-bank-samples: install ## fetch the statements that banks published as samples, and read them
	OBOLE_BANK_SAMPLES=1 $(BIN)/pytest tests/payments/deposits/bank/test_published_samples.py $(ARGS)

.PHONY: test-crash
test-crash: install ## kill the settlement at every seed, and run it again
	$(BIN)/pytest tests/crash --all-seeds $(ARGS)

.PHONY: test-fuzz
test-fuzz: install ## send each operation of the API 500 requests that its description allows
	OBOLE_FUZZ_EXAMPLES=500 $(BIN)/pytest -n auto --timeout 3000 tests/obole/api/test_fuzz.py $(ARGS)

.PHONY: bench-search
bench-search: install ## measure a search over a million things against a read of 30
	$(BIN)/python tests/benchmarks/search.py $(ARGS)

.PHONY: bench-creators
bench-creators: install ## measure finding a thing and an estimate with a million things
	$(BIN)/python tests/benchmarks/creators.py $(ARGS)

.PHONY: find-rings
find-rings: install ## plant rings in a month of 100,000 clicks, and see that the rules find them
	$(BIN)/python tests/benchmarks/rings.py $(ARGS)

.PHONY: bench-admin
bench-admin: install ## measure admin lists with a million rows against a thousand
	$(BIN)/python tests/benchmarks/admin.py $(ARGS)

.PHONY: bench
bench: install ## measure a settlement against the bare insert
	$(BIN)/python tests/benchmarks/bench.py $(ARGS)

.PHONY: bench-clicks
bench-clicks: install ## measure clicks and frames by HTTP against pgbench and a static file
	$(BIN)/python tests/benchmarks/clicks.py $(ARGS)

.PHONY: check
check: install ## format, lint, types, rooms, migrations, production settings
	$(UV) lock --check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MANAGE) makemigrations --check --dry-run
	$(BIN)/python .ci/lint_migrations.py
	$(AS_PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

.PHONY: format
format: install ## put the code in the order that `make check` asks for
	$(BIN)/ruff check --fix --quiet || true
	$(BIN)/ruff format

.PHONY: messages
messages: install ## gather the texts to translate, and compile the translations
	$(BIN)/python .ci/messages.py

.PHONY: run
run: install ## serve the site on http://localhost:8000
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) runserver $(ARGS)

.PHONY: worker
worker: install ## run a Celery worker
	$(BIN)/celery -A obole worker --loglevel INFO $(ARGS)

.PHONY: beat
beat: install ## run Celery's clock, which starts the month end; one is enough
	$(BIN)/celery -A obole beat --loglevel INFO $(ARGS)

.PHONY: docs
docs: install ## build the documentation into build/docs; a broken link fails
	$(BIN)/sphinx-build -W --keep-going -n -q -b html docs build/docs $(ARGS)

.PHONY: backup
backup: install ## back the database up and try the backup (ARGS=FOLDER, or into backups/)
	$(MANAGE) backup $(or $(ARGS),backups)

.PHONY: restore
restore: install ## bring a backup back (ARGS="FILE --force" where the database is not empty)
	$(MANAGE) restore $(ARGS)

.PHONY: stop
stop: install ## stop this checkout's PostgreSQL and Valkey
	$(BIN)/python -m obole.servers down

# A folder that was copied or moved brings a .venv that still points at the old place.
ifneq ($(shell cat $(INSTALLED) 2>/dev/null),$(CURDIR))
.PHONY: $(INSTALLED)
endif
$(INSTALLED): pyproject.toml uv.lock
	@test ! -e $@ || test "$$(cat $@)" = "$(CURDIR)" || rm -rf .venv
	@command -v uv >/dev/null || test -x .uv/bin/uv || $(MAKE) --no-print-directory .uv/bin/uv
	$(UV) sync --locked
	@echo "$(CURDIR)" >$@

# Some distributions ship Python without venv: then pip alone lays uv in the same place.
.uv/bin/uv:
	rm -rf .uv
	python3 -m venv .uv && .uv/bin/python -m pip install --quiet uv \
		|| { rm -rf .uv; python3 -m pip install --quiet --target .uv uv; } \
		|| { echo "Python has neither venv nor pip: install one of them, or uv"; exit 2; }
