# Two commands are enough: `make run` and `make test`. Both set up what they need in .venv first.
PYTHON ?= python3
BIN := .venv/bin
WORKSPACES ?= workspaces
export SECOND_OPINION_WORKSPACES ?= $(WORKSPACES)

.PHONY: install run demo test lint lock bench clean

install: .venv/ready-to-run

.venv/ready-to-run: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/ready-to-test: requirements-dev.txt .venv/ready-to-run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

demo: install
	$(BIN)/python -m cleaning demo --out $(SECOND_OPINION_WORKSPACES)/demo --workspaces $(SECOND_OPINION_WORKSPACES)

run: demo
	$(BIN)/streamlit run app.py

test: .venv/ready-to-test
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: .venv/ready-to-test
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/python -m tests.type_errors

# The tested set anew, with hashes; run it after `make test` has passed.
lock: .venv/ready-to-test
	$(BIN)/python .ci/lock.py

bench: .venv/ready-to-test
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache build
