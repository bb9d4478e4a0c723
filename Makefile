# The whole interface of a fresh clone. Needs Python 3.11 or newer and make; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= rubicon-demo
.PHONY: setup dev peers ui wheel demo test check bench bench-long docs clean

setup: .venv/core.done  ## install Rubicon with what an analyst's desk needs into .venv, and compile its kernels
dev: .venv/dev.done     ## and what the tests need

.venv/core.done: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Rubicon needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[desk]'
	$(BIN)/rubicon warm
	touch $@

.venv/dev.done: .venv/core.done
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

peers: .venv-peers/done ## and the programs of other people that tests set on exports, in .venv-peers

.venv-peers/done: tests/peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --disable-pip-version-check -r tests/peers.txt
	touch $@

ui: setup               ## build the front end of the web application, when its sources changed
	$(BIN)/python ui/build.py

wheel: dev ui           ## a wheel with the built front end and both cases, in dist
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

demo: setup             ## build the dossiers of both cases
	$(BIN)/python ui/build.py --maybe
	$(BIN)/rubicon demo --out $(OUT) $(ARGS)

check: dev              ## style, types, import rules
	$(BIN)/ruff check src tests benchmarks examples docs ui/build.py
	$(BIN)/ruff format --check src tests benchmarks examples docs ui/build.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python ui/build.py --check

test: check             ## everything that must pass
	$(BIN)/python ui/build.py --maybe
	$(BIN)/pytest -n 2 --dist loadfile

bench: dev              ## measure against peers and write the README's table
	$(BIN)/python -m benchmarks

docs: dev               ## the documentation as a site that works offline, in build/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

bench-long: dev         ## the measurements that take long: voyages, seas and oceans, a hundred million positions
	$(BIN)/python benchmarks/reach_voyages.py
	$(BIN)/python -m benchmarks.reach --million
	$(BIN)/python -m benchmarks --long

clean:
	rm -rf .venv .venv-peers $(OUT) ui/node_modules src/rubicon/web/static
