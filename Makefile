# Two commands do everything: `make run` opens the app, `make test` runs the whole test suite.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check audit licences image screenshots clean

run: $(VENV)/.installed
	$(BIN)/python -m app

test: $(VENV)/.tested
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/ingest --check

# Needs a network: asks for known weaknesses of what an installation brings, in an environment of its own.
audit: $(VENV)/.tested
	$(BIN)/python docs/licences.py --check
	rm -rf build/audit
	$(PYTHON) -m venv build/audit
	build/audit/bin/pip install --disable-pip-version-check -q --upgrade . pip pip-audit
	build/audit/bin/pip-audit --progress-spinner off --skip-editable

licences: $(VENV)/.tested
	$(BIN)/python docs/licences.py

image:
	docker build -t llm-study .

screenshots: $(VENV)/.tested
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf $(VENV) data build *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed / 需要 Python 3.11 或更新版本: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "venv is missing / 缺少 venv: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing, a minute or two / 正在安装，约一两分钟"
	$(BIN)/pip install --disable-pip-version-check --progress-bar on -e .
	@touch $@

$(VENV)/.tested: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --disable-pip-version-check --progress-bar on -e '.[test]'
	@touch $@ $(VENV)/.installed
