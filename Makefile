# `make` alone says what there is. Everything is installed below .venv; nothing needs root.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup protos web lock lint test run bench-main bench-search bench-labels bench-console clean

BIN := .venv/bin
UV := $(BIN)/uv
DONE := .venv/done
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
INSTALL := $(UV) pip install --quiet --build-constraint requirements/build.txt
# Folders too: their time changes when a contract is deleted.
PROTOS := $(shell find protos -mindepth 1)
WEB := services/console/web
# What the front end is made of, its tests included.
PAGES := $(shell find $(WEB)/src $(WEB)/public -name schema.d.ts -prune -o -print) $(wildcard $(WEB)/*.*)
# Its tools, with a Node that is new enough in front.
NPM = PATH="$$(sh $(WEB)/node.sh):$$PATH" npm --prefix $(WEB) --no-progress

help: ## Say what there is
	@echo 'Bowerbird. What can be made:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo
	@echo 'make run takes IMAGES=folder, MODEL_URL=, MODEL_KEY=, MODEL= (tagging), EMBED_URL=, EMBED_MODEL= (embedding),'
	@echo 'TAGDEF=definition.json, and ONCE=1 to end after the walk. make test takes TESTS="tests/libs ...".'
	@echo 'make bench-search takes FILES=1000000, ONLY=load,filters,facets,throughput,knn, and KEEP=folder for what it makes;'
	@echo 'make bench-labels and make bench-console take FILES and KEEP.'

setup: $(DONE)/suite $(DONE)/web ## Install everything at the locked versions into .venv, and a browser for tests where root may
	@sh deploy/local/chromium.sh

protos: $(DONE)/protos ## Build the Python stubs of the contracts

web: $(DONE)/web-checked ## Build the front end into services/console/web/dist, check and test it

lock: $(DONE)/uv ## Resolve the versions anew into requirements/, where pyproject.toml asks for it
	@# Its time tells whether .venv has to be made anew, so it is written only if it says something else.
	cp requirements/uv.txt .venv/uv.txt
	$(COMPILE) requirements/uv.in -o .venv/uv.txt
	cmp -s .venv/uv.txt requirements/uv.txt || cp .venv/uv.txt requirements/uv.txt
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) --extra local --group dev --no-emit-package bowerbird --no-emit-package bowerbird-suite \
		pyproject.toml -o requirements/lock.txt

lint: $(DONE)/suite $(DONE)/web-types ## Check style, types, imports between rooms, and the contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/buf lint
	$(NPM) run --silent check
	$(NPM) run --silent lint

test: $(DONE)/suite $(DONE)/web ## Run the tests against real servers
	$(BIN)/pytest --numprocesses logical --dist loadfile $(TESTS)
	$(if $(TESTS),,$(NPM) run --silent test)

run: $(DONE)/suite $(DONE)/web ## Start the suite, walk through its main job on real photos, go on until Ctrl-C
	@exec $(BIN)/python -m deploy.local

bench-main: $(DONE)/suite ## Measure scan, listing and dispatch against their goals
	$(BIN)/python -m benchmarks.main

bench-search: $(DONE)/suite ## Measure search over FILES files against its goals
	$(BIN)/python -m benchmarks.search $(if $(FILES),--files $(FILES)) $(if $(ONLY),--only $(ONLY)) $(if $(KEEP),--keep $(KEEP))

bench-labels: $(DONE)/suite ## Measure labels by hand over FILES files, with search, against their goals
	$(BIN)/python -m benchmarks.labels $(if $(FILES),--files $(FILES)) $(if $(KEEP),--keep $(KEEP))

bench-console: $(DONE)/suite $(DONE)/web ## Measure the console in a browser over FILES files, with its gateway, against its goals
	$(BIN)/python -m benchmarks.console $(if $(FILES),--files $(FILES)) $(if $(KEEP),--keep $(KEEP))

clean: ## Remove .venv, caches and built stubs; the data of `make run` stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find sdk/bowerbird -name '*_pb2*.py*' -delete
	rm -f sdk/bowerbird/contracts.binpb $(WEB)/openapi.json $(WEB)/src/api/schema.d.ts
	rm -rf $(WEB)/node_modules $(WEB)/dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What `make run` passes on, to be read by deploy/local/settings.py.
export IMAGES MODEL_URL MODEL_KEY MODEL EMBED_URL EMBED_MODEL TAGDEF ONCE

# Each step leaves a file of the time when it was done, so that only what changed is done again.
$(DONE)/uv: requirements/uv.txt deploy/local/machine.sh
	@echo 'Making .venv ...'
	@python=$$(sh deploy/local/machine.sh) && "$$python" -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@mkdir -p $(DONE) && touch $@

$(DONE)/lock: $(DONE)/uv requirements/lock.txt
	@echo 'Installing the locked packages ...'
	@# Compiled now, or each of the suite's processes would do it again where Python may not write beside its packages.
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements/lock.txt
	@touch $@

$(DONE)/protos: $(DONE)/lock requirements/build.txt sdk/pyproject.toml sdk/hatch_build.py $(PROTOS)
	@echo 'Building the stubs of the contracts ...'
	@$(INSTALL) --no-deps -e ./sdk
	@# What the contracts import from elsewhere, for `buf lint`, which looks below this folder alone.
	@mkdir -p .venv/contracts/google/api
	@cd "$$($(BIN)/python -c 'import google.api; print(*google.api.__path__)')" && \
		cp annotations.proto http.proto '$(CURDIR)/.venv/contracts/google/api/'
	@touch $@

$(DONE)/suite: $(DONE)/protos pyproject.toml
	@$(INSTALL) --no-deps -e .
	@touch $@

$(DONE)/web-packages: $(DONE)/lock $(WEB)/package.json $(WEB)/package-lock.json
	@echo 'Installing the packages of the front end ...'
	@$(NPM) ci --silent
	@touch $@

$(DONE)/web-types: $(DONE)/suite $(DONE)/web-packages $(wildcard services/console/openapi/*.py services/console/rest/*.py)
	@$(BIN)/python -m services.console.openapi > $(WEB)/openapi.json
	@$(NPM) run --silent types
	@touch $@

$(DONE)/web: $(DONE)/web-types $(PAGES)
	@echo 'Building the front end ...'
	@$(NPM) run --silent check
	@$(NPM) run --silent build
	@touch $@

$(DONE)/web-checked: $(DONE)/web
	@$(NPM) run --silent lint
	@$(NPM) run --silent test
	@touch $@
