# Everything a developer or a visitor does here is one of these targets. Set-up happens by itself.

BIN := .venv/bin
UV_COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

# Without compiled modules every start of `tandem` compiles a thousand files again: 8 seconds instead of 2.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test check scan bench lock reference tutorial picture clean

help:  ## this list
	@awk -F ':.*##' '/^[a-z]+:.*##/ { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo:  ## build the demo company, run the whole loop, hold it against the known truth
	@tools/setup.sh demo
	@$(BIN)/tandem demo $(ARGS)

# CI runs the long ones too: every page in a browser, processes killed at each step, real data.
SHORT = $(if $(CI)$(LONG),,-m "not long")

test:  ## the tests, LONG=1 with the long ones (ARGS="-k word" for some, "-n 0" on one core); installs what they need
	@tools/setup.sh test
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --no-loadscope-reorder $(SHORT) $(ARGS)
	@$(if $(SHORT),echo 'The long tests were left out: `make test LONG=1` runs them too.',true)

check:  ## lint, format, types, import direction and house rules, in under a minute
	@tools/setup.sh check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest tests/house

scan:  ## weak spots: bandit, secrets in files, pip-audit where a service answers
	@tools/setup.sh check
	@$(BIN)/python tools/scan.py

bench:  ## benchmarks, each beside its peer in the same run
	@tools/setup.sh check
	@for file in bench/[a-z]*.py; do echo "== $$file"; $(BIN)/python "$$file" $(ARGS) || exit 1; done

lock:  ## resolve the newest versions that pyproject.toml allows and pin them with hashes
	@tools/setup.sh check
	$(UV_COMPILE) --upgrade --group build pyproject.toml -o requirements.lock
	$(UV_COMPILE) --upgrade --group build --group dev --all-extras -c requirements.lock pyproject.toml -o requirements-dev.lock

reference:  ## write the generated pages of docs/reference again
	@tools/setup.sh check
	@$(BIN)/python tools/reference.py

tutorial:  ## run the commands of docs/tutorial.md and write what they print into it
	@tools/setup.sh check
	@$(BIN)/python tools/tutorial.py

picture:  ## make the pictures of the README again, those of pages from the demo of `make demo`
	@tools/setup.sh demo
	@$(BIN)/python tools/picture.py
	@PYTHONPATH=tests $(BIN)/python tools/screenshots.py harbour-and-pine

clean:  ## remove the environment, caches and what the demo made
	rm -rf .venv tests/browser/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	rm -rf harbour-and-pine complete-journey spark-warehouse metastore_db derby.log
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
