# Two commands do everything: `make demo` and `make test`. Every target makes what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHEEL_VENV := .venv-wheel
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check -c constraints.txt
PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
EDITABLE_PLUGINS := $(foreach plugin,$(PLUGINS),-e $(plugin))

# Real files for tests; where they are missing, the tests that need them say so and are skipped.
export TEXTENGINE_TEST_DATA ?= $(abspath ../shared/data)
export TEXTENGINE_DATASETS ?= $(TEXTENGINE_TEST_DATA)

.PHONY: demo test test-checkout test-wheel lint dist bench-startup bench-throughput clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.installed
	$(BIN)/textengine demo

test: test-checkout test-wheel

test-checkout: $(VENV)/.test-installed
	$(BIN)/python -m pytest tests $(PLUGINS)

# The doors that people use, through the wheels, from a folder in which the checkout cannot be imported.
test-wheel: dist
	rm -rf $(WHEEL_VENV)
	$(PYTHON) -m venv $(WHEEL_VENV)
	$(WHEEL_VENV)/bin/python $(PIP_INSTALL) dist/*.whl pytest hypothesis numba
	cd tests && TEXTENGINE_TEST_INSTALLED=1 ../$(WHEEL_VENV)/bin/pytest -c ../pyproject.toml --rootdir .. *.py plugin $(PLUGINS:%=../%)

lint: $(VENV)/.lint-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

dist: $(VENV)/.dist-installed
	rm -rf dist build
	for project in . $(PLUGINS); do $(BIN)/python -m build --wheel --outdir dist $$project > /dev/null || exit 1; done
	ls dist

bench-startup: $(VENV)/.installed
	$(BIN)/python benchmarks/startup.py

bench-throughput: $(VENV)/.installed
	$(BIN)/python benchmarks/throughput.py

clean:
	rm -rf $(VENV) $(WHEEL_VENV) build dist *.egg-info

$(VENV)/.installed: pyproject.toml constraints.txt $(PLUGINS:%=%/pyproject.toml)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP_INSTALL) -e '.[fast]' $(EDITABLE_PLUGINS)
	touch $@

$(VENV)/.test-installed: $(VENV)/.installed
	$(BIN)/python $(PIP_INSTALL) -e '.[test]'
	touch $@

$(VENV)/.lint-installed: $(VENV)/.test-installed
	$(BIN)/python $(PIP_INSTALL) -e '.[lint]'
	touch $@

$(VENV)/.dist-installed: $(VENV)/.installed
	$(BIN)/python $(PIP_INSTALL) build
	touch $@
