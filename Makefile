# Everything a developer or a visitor does here is one of these targets. Set-up happens by itself.

BIN := .venv/bin
UV_COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help demo test check bench lock reference tutorial picture clean

help:  ## this list
	@awk -F ':.*##' '/^[a-z]+:.*##/ { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo:  ## build the demo company, run the whole loop, hold it against the known truth
	@tools/setup.sh demo
	@$(BIN)/tandem demo $(ARGS)

test:  ## all tests (ARGS="-k word" for some); installs a JDK and PostgreSQL where it may
	@tools/setup.sh test
	@$(BIN)/python -m pytest $(ARGS)

check:  ## lint, format, types, import direction and house rules, in under a minute
	@tools/setup.sh check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest tests/house

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

picture:  ## draw the pictures of the README again, from a demo that it builds
	@tools/setup.sh demo
	@$(BIN)/python tools/picture.py

clean:  ## remove the environment, caches and what the demo made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	rm -rf harbour-and-pine complete-journey spark-warehouse metastore_db derby.log
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
