# make run, make test, make check, make bench. ARGS are passed on: make run ARGS="fan 'Once' -n 4"
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# So many tests at a time: most of them wait most of the time. JOBS=0 for one after the other, in one process.
JOBS ?= 3
INPUTS := pyproject.toml constraints.txt

.PHONY: run test check bench soak pictures clean

run: $(VENV)/.installed
	@$(BIN)/cyborg-tui $(ARGS)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

# What loads the record into Hugging Face datasets brings a hundred megabytes; without it that test is left out.
soak: $(VENV)/.installed-dev
	-@$(BIN)/pip install --quiet --constraint constraints.txt 'datasets>=4'
	$(BIN)/python -m pytest -m soak $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev
	@for name in fan steps ahead resident soak levers bars lens typing long tree map mirror start; do $(BIN)/python benchmarks/$$name.py $(ARGS) || exit 1; done

pictures: $(VENV)/.installed-dev
	$(BIN)/python docs/pictures.py

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(INPUTS) | $(VENV)/bin/pip
	@echo "Installing; the first time llama.cpp is compiled, which takes some minutes."
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(INPUTS) | $(VENV)/bin/pip
	@echo "Installing; the first time llama.cpp is compiled, which takes some minutes."
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist *.egg-info
