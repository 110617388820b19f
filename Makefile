# setup, serve and test prepare whatever they need by themselves.
PYTHON := .venv/bin/python
READY  := .venv/.ready

.PHONY: setup serve test check coverage bench faults screenshots sample
.DEFAULT_GOAL := serve

$(READY): requirements-dev.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh

setup: $(READY)

serve: $(READY)
	@exec .venv/bin/wangge serve

test: $(READY)
	@sh scripts/test-needs.sh
	$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(READY)
	@sh scripts/check.sh

coverage: $(READY)
	@sh scripts/test-needs.sh
	@sh scripts/coverage.sh

bench: $(READY)
	@for bench in benchmarks/*.py; do $(PYTHON) $$bench || exit 1; done

faults: $(READY)
	@sh scripts/test-needs.sh
	$(PYTHON) scripts/faults.py
	$(PYTHON) scripts/bit_flips.py
	$(PYTHON) scripts/played_versions.py
	$(PYTHON) scripts/power_cuts.py
	$(PYTHON) scripts/power_cuts.py --control
	$(PYTHON) scripts/fuzz_api.py
	$(PYTHON) scripts/record_faults.py
	$(PYTHON) scripts/intake_faults.py
	$(PYTHON) scripts/hostile_traced.py
	$(PYTHON) scripts/broken_coverages.py
	$(PYTHON) scripts/plan_faults.py
	$(PYTHON) scripts/plan_publishes.py
	$(PYTHON) scripts/races.py
	$(PYTHON) scripts/faults_site.py
	$(PYTHON) scripts/hostile_callers.py

screenshots: $(READY)
	$(PYTHON) scripts/screenshots.py

sample: $(READY)
	$(PYTHON) -m data.sample
