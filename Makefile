# Every way to work on Passerelle starts here; `make help` lists them.
# Needs Python >= 3.11 with pip, make and git; everything else is fetched into .uv/ and .venv/.

PYTHONS := services contracts deploy tests
BIN     := .venv/bin
SETUP   := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check format tour bench contracts lock front reference clean

help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Use
run: $(SETUP) ## Start everything on 127.0.0.1:8000 with a demo region, data kept in .passerelle/
	@./passerelle run $(ARGS)

demo: $(SETUP) ## Play the main job once in a temporary folder and print what happened
	@./passerelle demo $(ARGS)

##@ Work
setup: $(SETUP) ## Make .venv from the hashed locks (the other targets do it when needed)
	@:

test: $(SETUP) ## Run all tests, with branch coverage
	@mkdir -p build
	@$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest $(ARGS)
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report
	@$(BIN)/python -m coverage report --include='services/**/*rules.py,contracts/*' --fail-under=100

check: $(SETUP) ## Lint, format, types, file sizes, locks: what CI checks besides the tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m mypy
	@$(BIN)/python tests/check_tree.py

format: $(SETUP) ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

tour: $(SETUP) ## Take pictures of the main pages of a demo region into build/tour/ (needs Chromium)
	@$(BIN)/python -m tests.browser.tour $(ARGS)

bench: $(SETUP) ## Measure the main job, print the figures and write build/bench.json
	@mkdir -p build
	@$(BIN)/python -m tests.benchmarks $(ARGS)

##@ Maintain
contracts: $(SETUP) ## Write the golden schemas, samples, asyncapi.json and openapi.json anew; refuses an incompatible change
	@$(BIN)/python -m tests.contracts $(ARGS)
	@mkdir -p build && $(BIN)/python -m services.gateway.openapi > build/openapi.json && mv build/openapi.json contracts/openapi.json

lock: $(SETUP) ## Resolve requirements/*.in again into hashed locks that name no host
	@for name in uv runtime dev reference; do \
		.uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-emit-find-links --custom-compile-command 'make lock' $(ARGS) \
			requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done

front: $(SETUP) ## Fetch the pages' front-end files of others anew (npm), with licences and checksums
	@$(BIN)/python -m services.gateway.web.static.fetch
	@$(BIN)/python -m tests.browser.fetch_axe

reference: $(SETUP) ## Rebuild contracts/reference/ from its sources
	@.uv/bin/uv run --quiet --no-project --isolated --with-requirements requirements/reference.txt \
		python -m contracts.reference.build

clean: ## Remove what was built, fetched and cached (the data in .passerelle/ stay)
	@rm -rf .uv .venv build .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find $(PYTHONS) -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(SETUP): requirements/uv.txt requirements/dev.txt deploy/setup.sh
	@sh deploy/setup.sh requirements/dev.txt
	@touch $@
