# Developer commands; CONTRIBUTING.md explains them. PYTHON=path/to/python chooses another interpreter.
PYTHON ?= .venv/bin/python

.PHONY: help install test quick mutations lint types docs pages site picture look bench wheel coverage

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):  ## /\1\t/p' Makefile

install:  ## make .venv with allocator (editable) and everything that tests and checks need
	python3 -m venv .venv
	.venv/bin/python -m pip install -q -e ".[test,lint,docs]"

test:  ## run all tests in two processes; TESTS=tests/sweeps runs a part
	$(PYTHON) -m pytest -q $(TESTS)

quick:  ## run the tests of a minute: instances, families, imports, examples
	$(PYTHON) -m pytest -q tests/instance tests/families tests/test_imports.py tests/test_examples.py

mutations:  ## make every deliberate error in turn, and see that the tests catch it (the suite tries a twelfth of them)
	ALLOCATOR_MUTATIONS=all $(PYTHON) -m pytest -q tests/test_mutations.py

lint:  ## check style and format
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check --exclude "*.md" .

types:  ## check the types of allocator, benchmarks and tests
	$(PYTHON) -m mypy

docs:  ## write again what is made from code and from runs (claims and sweeps take minutes)
	$(PYTHON) -m allocator.instance > new.md && mv new.md instances/FORMAT.md
	$(PYTHON) -m allocator.families > new.md && mv new.md models/MATHS.md
	$(PYTHON) -m allocator claims --markdown > new.md && mv new.md instances/CLAIMS.md
	$(PYTHON) instances/build.py --pages --sweeps --backtests
	$(PYTHON) -m docs.building.session --write

pages:  ## run the commands that README.md and docs/ show, and write into the pages what they print
	$(PYTHON) -m docs.building.session --write

site:  ## build the documentation into build/site
	$(PYTHON) -m sphinx -W -n -q -b html -d build/doctrees docs build/site

picture:  ## make the picture of a report in README.md again, with headless Chromium
	$(PYTHON) -m pip install -q "playwright>=1.50" "pillow>=10"
	$(PYTHON) -m docs.building.picture docs/static/report.png

look:  ## open pages of the built site in headless Chromium, and see that nothing is wrong with them
	$(PYTHON) -m pip install -q "playwright>=1.50" "axe-playwright-python>=0.1.4"
	$(PYTHON) -m docs.building.look build/site

bench:  ## measure solves and sweeps against the saved base; QUICK=1 is a quick trial
	-$(PYTHON) -m benchmarks.bundled --base benchmarks/base.json $(if $(QUICK),--only sky-shield jef-plus-france)
	-$(PYTHON) -m benchmarks.hard --time-limit 2 --base benchmarks/base.json $(if $(QUICK),--only jef-plus-france --points 4)
	-$(PYTHON) -m benchmarks.building $(if $(QUICK),--sizes 1000 --no-peers)
	$(PYTHON) -m benchmarks $(if $(QUICK),--sizes 100)
	set -e; for seconds in 60 150; do for kind in "" --binding; do \
		$(PYTHON) -m benchmarks --decade $$kind --ours --repeat 1 --instances 2 --time-limit $$seconds \
			$(if $(QUICK),--sizes 4); done; done
	$(PYTHON) -m benchmarks --build-up --ours --repeat 1 --time-limit 60 $(if $(QUICK),--sizes 4,--instances 8)
	$(PYTHON) -m benchmarks.sweeps $(if $(QUICK),--only sky-shield --points 4 --skip one-at-a-time)
	$(PYTHON) -m benchmarks.sweeps --only jef-plus-france $(if $(QUICK),--points 4,deterrence-force) \
		--skip one-at-a-time long --seeds 1 --time-limit 8

wheel:  ## build the wheel into dist/, and test that it can be installed and run
	$(PYTHON) -m pip wheel -q --no-deps --wheel-dir dist .
	$(PYTHON) -m pytest -q -n 0 tests/test_wheel.py

coverage:  ## run all tests but the slow ones under coverage; fails below the floor in pyproject.toml
	$(PYTHON) -m pytest -q --cov -m "not slow"
