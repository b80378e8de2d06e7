# Every target makes the environments it needs (once) and uses them again.
PYTHON ?= python3
BIN := .venvs/engine/bin
HOUSE ?= .build/house
export RUSHES_BPY_PYTHON ?= $(CURDIR)/.venvs/bpy50/bin/python

.PHONY: help setup demo test test-fast check format bench test-gui eval extension resolve demo-scene house-data house-train house-eval constraints clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## make the environments
	@$(PYTHON) tools/setup_env.py engine blender

demo: setup ## two takes of each demo shot, sheets, a reel, and the street from a second camera, in demo_out/
	@$(BIN)/rushes demo --out demo_out

test: setup ## all tests; the add-on's inside Blender 5.0 and 5.2
	@$(PYTHON) tools/setup_env.py blender52 melt
	@$(BIN)/python -m pytest

test-fast: setup ## tests without Blender and without the slow ones
	@$(BIN)/python -m pytest -m "not blender and not slow"

test-blender: setup ## the add-on's tests inside Blender 4.2, 4.5, 5.0 and 5.2
	@$(PYTHON) tools/setup_env.py blender42 blender45 blender50 blender52
	@RUSHES_TEST_BLENDERS="4.2 4.5 5.0 5.2" $(BIN)/python -m pytest tests/addon

check: setup ## format, lint, strict types, import contracts
	@$(BIN)/ruff format --check core tests tools assets blender_addon resolve_scripts
	@$(BIN)/ruff check core tests tools assets blender_addon resolve_scripts
	@$(BIN)/python tools/resolve_stubs.py > /dev/null
	@$(BIN)/pyright
	@$(BIN)/lint-imports

format: setup ## format and fix what can be fixed
	@$(BIN)/ruff format core tests tools assets blender_addon resolve_scripts
	@$(BIN)/ruff check --fix core tests tools assets blender_addon resolve_scripts

bench: setup ## speeds and memory, as a table (JSON=FILE writes them too)
	@$(BIN)/rushes bench $(if $(JSON),--json $(JSON))

test-gui: setup ## a real Blender window, 4.3 and 5.2, clicked through (root, Debian; photographs in .build/gui_shots)
	@$(PYTHON) tools/gui_chroot.py $(GUI_VERSIONS)
	@$(BIN)/python -m pytest tests/gui -m gui

extension: setup ## the Blender extension, dist/rushes-VERSION.zip
	@$(BIN)/python tools/build_extension.py

resolve: setup ## the bundle for DaVinci Resolve, dist/rushes-resolve-VERSION.zip
	@$(BIN)/python tools/build_resolve.py

bench-blender: setup ## what the add-on costs Blender 5.0 and 5.2 (JSON=FILE writes the figures)
	@$(PYTHON) tools/setup_env.py blender52
	@$(BIN)/python tools/bench_blender.py $(if $(JSON),--json $(JSON))

demo-scene: setup ## build assets/demo/harbour_street.blend again
	@$(RUSHES_BPY_PYTHON) assets/demo/make_demo.py --out assets/demo/harbour_street.blend

house-data: setup ## training pictures in HOUSE (.build/house): SCENES=600 scenes, looked through
	@$(BIN)/rushes dataset make $(HOUSE)/scenes $(HOUSE)/pictures --scenes $(or $(SCENES),600) --renderer $(RUSHES_BPY_PYTHON)
	@$(BIN)/rushes dataset sheet $(HOUSE)/pictures
	@$(BIN)/rushes dataset datasheet $(HOUSE)/pictures
	@$(BIN)/rushes dataset lint $(HOUSE)/pictures --json $(HOUSE)/lint.json

house-train: setup ## train the house model on them for MINUTES=240; the model is HOUSE/run/final
	@$(BIN)/rushes train classifier $(HOUSE)/pictures $(HOUSE)/classifier --minutes $(or $(CLASSIFIER_MINUTES),10)
	@$(BIN)/rushes train house $(HOUSE)/pictures $(HOUSE)/run --classifier $(HOUSE)/classifier \
		--minutes $(or $(MINUTES),240) --steps $(or $(STEPS),1000000)

house-eval: setup ## measure the shipped house model, with picture sheets in HOUSE/sheets (JSON=FILE writes the figures)
	@$(BIN)/rushes eval house --sheets $(HOUSE)/sheets $(if $(JSON),--json $(JSON))

constraints: setup ## pin what is installed now
	@$(PYTHON) tools/pin.py

clean: ## remove what was built; environments stay
	@rm -rf .build demo_out .pytest_cache .ruff_cache
