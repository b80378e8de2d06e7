# Every target makes the environments it needs (once) and uses them again.
PYTHON ?= python3
BIN := .venvs/engine/bin
export RUSHES_BPY_PYTHON ?= $(CURDIR)/.venvs/bpy50/bin/python

.PHONY: help setup demo test test-fast check format bench eval demo-scene house-data house-train constraints clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## make the environments
	@$(PYTHON) tools/setup_env.py engine blender

demo: setup ## two takes of each demo shot, sheets and a reel, in demo_out/
	@$(BIN)/rushes demo --out demo_out

test: setup ## all tests
	@$(BIN)/python -m pytest

test-fast: setup ## tests without Blender and without the slow ones
	@$(BIN)/python -m pytest -m "not blender and not slow"

check: setup ## format, lint, strict types, import contracts
	@$(BIN)/ruff format --check core tests tools assets
	@$(BIN)/ruff check core tests tools assets
	@$(BIN)/pyright
	@$(BIN)/lint-imports

format: setup ## format and fix what can be fixed
	@$(BIN)/ruff format core tests tools assets
	@$(BIN)/ruff check --fix core tests tools assets

bench: setup ## speeds and memory, as a table (JSON=FILE writes them too)
	@$(BIN)/rushes bench $(if $(JSON),--json $(JSON))

demo-scene: setup ## build assets/demo/harbour_street.blend again
	@$(RUSHES_BPY_PYTHON) assets/demo/make_demo.py --out assets/demo/harbour_street.blend

constraints: setup ## pin what is installed now
	@$(PYTHON) tools/pin.py

clean: ## remove what was built; environments stay
	@rm -rf .build demo_out .pytest_cache .ruff_cache
