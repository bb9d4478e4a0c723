# The whole interface of a fresh clone. Needs Python 3.11 or newer and make; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= rubicon-demo
.PHONY: setup dev demo test check bench docs clean

setup: .venv/core.done  ## install Rubicon into .venv and compile its kernels
dev: .venv/dev.done     ## and what the tests need

.venv/core.done: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Rubicon needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/rubicon warm
	touch $@

.venv/dev.done: .venv/core.done
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: setup             ## build the dossiers of both cases
	$(BIN)/rubicon demo --out $(OUT) $(ARGS)

check: dev              ## style, types, import rules
	$(BIN)/ruff check src tests benchmarks examples docs
	$(BIN)/ruff format --check src tests benchmarks examples docs
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check             ## everything that must pass
	$(BIN)/pytest -n 2 --dist loadfile

bench: dev              ## measure against peers and write the README's table
	$(BIN)/python -m benchmarks

docs: dev               ## the documentation as a site that works offline, in build/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

clean:
	rm -rf .venv $(OUT)
