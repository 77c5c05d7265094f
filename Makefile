# Two commands are enough: `make run` and `make test`. Both set up what they need in .venv first.
PYTHON ?= python3
BIN := .venv/bin
WORKSPACES ?= workspaces
export SECOND_OPINION_WORKSPACES ?= $(WORKSPACES)

# The browser's modules are checked where Node is installed; SECOND_OPINION_REQUIRE=node makes its absence a failure.
NODE := $(shell node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' 2>/dev/null && command -v npm)
WITHOUT_NODE = "The browser's modules are not checked: Node 20 or later with npm is not installed."
ifneq ($(NODE),)
CHECKS_OF_MODULES = node_modules/ready
with_node = npm run --silent $(1)
else
with_node = @echo $(WITHOUT_NODE); case ",$$SECOND_OPINION_REQUIRE," in *,node,*) exit 1;; esac
endif

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

node_modules/ready: package-lock.json
	npm ci --silent
	touch $@

test: .venv/ready-to-test
	$(call with_node,test)
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 4 --dist loadgroup --no-loadscope-reorder

lint: .venv/ready-to-test $(CHECKS_OF_MODULES)
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/python -m tests.type_errors
	$(call with_node,lint)

# The tested set anew, with hashes; run it after `make test` has passed.
lock: .venv/ready-to-test
	$(BIN)/python .ci/lock.py

bench: .venv/ready-to-test
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv node_modules .pytest_cache .ruff_cache .mypy_cache build
