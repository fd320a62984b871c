# Two commands do everything: `make demo` and `make test`. Every target makes what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHEEL_VENV := .venv-wheel
PEERS_VENV := .venv-peers
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check -c constraints.txt
# The oldest pluggy that the engine takes, for the tests that run the command line with it and with the newest.
OLD_PLUGGY := $(PIP_INSTALL) --no-deps --upgrade pluggy==1.5.0 --target
PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
PLUGIN_DOORS := $(wildcard plugins/*/tests/*/test_commands.py plugins/textengine-example/tests/test_*.py)
EDITABLE_PLUGINS := $(foreach plugin,$(PLUGINS),-e $(plugin))

# Real files for tests; where they are missing, the tests that need them say so and are skipped.
export TEXTENGINE_TEST_DATA ?= $(abspath ../shared/data)
export TEXTENGINE_DATASETS ?= $(TEXTENGINE_TEST_DATA)

# Hundreds of tests and every benchmark start the command line; without its bytecode each would compile it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-checkout test-wheel lint docs dist bench bench-quick bench-table bench-picture bench-startup clean
.DEFAULT_GOAL := demo

# The corpora of the book; then its experiment on a series, and a language model that learns for a minute.
DEMO := textengine-demo
demo: $(VENV)/.installed
	$(BIN)/textengine demo -o $(DEMO)
	$(BIN)/textengine forecast -o $(DEMO)/sine --force
	$(BIN)/textengine train $(DEMO)/book -o $(DEMO)/lstm --model lstm --minutes 1 --set units=256 --force
	$(BIN)/textengine evaluate $(DEMO)/lstm
	$(BIN)/textengine generate $(DEMO)/lstm --prefix "time traveller" --tokens 80 --temperature 0.5
	@echo && ls $(DEMO)/*/*.png

test: test-checkout test-wheel

# The lint too: projects that `plugins new` writes are checked with their own.
test-checkout: $(VENV)/.lint-installed
	$(BIN)/python -m pytest -n auto tests $(PLUGINS)

# The doors that people use, through the wheels, from a folder in which the checkout cannot be imported.
test-wheel: dist
	rm -rf $(WHEEL_VENV)
	$(PYTHON) -m venv $(WHEEL_VENV)
	$(WHEEL_VENV)/bin/python $(PIP_INSTALL) dist/*.whl pytest pytest-xdist hypothesis jsonschema numba 'setuptools>=77'
	$(WHEEL_VENV)/bin/python $(OLD_PLUGGY) $(WHEEL_VENV)/pluggy-1.5.0
	cd tests && TEXTENGINE_TEST_INSTALLED=1 ../$(WHEEL_VENV)/bin/pytest -n auto -c ../pyproject.toml --rootdir .. *.py plugin $(PLUGIN_DOORS:%=../%)

lint: $(VENV)/.lint-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The pages, in docs/_build/html: a warning is an error, and so is a link that leads nowhere. Other hosts are not asked.
docs: $(VENV)/.docs-installed
	rm -rf docs/_build/html
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet -d docs/_build/doctrees docs docs/_build/html
	$(BIN)/python docs/check_links.py docs/_build/html

dist: $(VENV)/.dist-installed
	rm -rf dist build
	for project in . $(PLUGINS); do $(BIN)/python -m build --wheel --outdir dist $$project > /dev/null || exit 1; done
	ls dist

bench-startup: $(VENV)/.installed
	$(BIN)/python benchmarks/startup.py

# Whole processes beside the peers: a part of it in under five minutes, or everything, in under an hour.
bench-quick: $(VENV)/.installed $(PEERS_VENV)/.installed
	$(BIN)/python benchmarks/suite.py --quick

bench: $(VENV)/.installed $(PEERS_VENV)/.installed
	$(BIN)/python benchmarks/suite.py

# What the last `make bench` measured, again as tables, and as the pictures of the README.
bench-table: $(VENV)/.installed
	$(BIN)/python benchmarks/table.py

bench-picture: $(PEERS_VENV)/.installed
	$(PEERS_VENV)/bin/python benchmarks/picture.py

clean:
	rm -rf $(VENV) $(WHEEL_VENV) $(PEERS_VENV) build dist docs/_build *.egg-info

$(VENV)/.installed: pyproject.toml constraints.txt $(PLUGINS:%=%/pyproject.toml)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP_INSTALL) -e '.[fast]' $(EDITABLE_PLUGINS)
	touch $@

$(PEERS_VENV)/.installed: benchmarks/peers/requirements.txt
	test -x $(PEERS_VENV)/bin/python || $(PYTHON) -m venv $(PEERS_VENV)
	$(PEERS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(VENV)/.test-installed: $(VENV)/.installed
	$(BIN)/python $(PIP_INSTALL) -e '.[test]'
	$(BIN)/python $(OLD_PLUGGY) $(VENV)/pluggy-1.5.0
	touch $@

$(VENV)/.lint-installed: $(VENV)/.test-installed
	$(BIN)/python $(PIP_INSTALL) -e '.[lint]'
	touch $@

$(VENV)/.docs-installed: $(VENV)/.installed
	$(BIN)/python $(PIP_INSTALL) -e '.[docs]'
	touch $@

$(VENV)/.dist-installed: $(VENV)/.installed
	$(BIN)/python $(PIP_INSTALL) build
	touch $@
