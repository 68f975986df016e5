# Each target makes the environment in .venv/ first where it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTS_STAMP := $(VENV)/.tests-installed
COMPILE := uv pip compile --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header
SPEED ?=
SEED ?=
DATA ?=
DATE ?=
SEEDS ?=
RUNS ?=
DAYS ?=
FROM ?=
JOBS ?= 2
EXAMPLES ?= 1000
STEPS ?= 500
SETS ?= 600
SHARES ?=
CANDLES ?= 20000
MODULES ?=
ONLY ?=
RUN ?=
KNOWN ?=
SECONDS ?=
TARGET ?=
CASE ?=
POINT ?=
TALLY ?=
START_LIMIT ?=
UPDATES ?=
SHOTS ?=

.PHONY: setup native run demo test golden lint audit bench acceptance soak simulate simulate-faults simulate-closes parity crash-test prove-harness prove-sweep cross-check machines fuzz fuzz-api mutate page-session page-soak lock clean

setup: native

# The hot path in C where there is a compiler; built again only when its sources have changed.
native: $(STAMP)
	@$(BIN)/python -m scripts.compile_hot_path

# The program runs from its folder; only what it depends on is installed, each file checked by its hash.
$(STAMP): requirements.lock
	@echo "setting up $(VENV) (about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

# What single tests compare with: other engines, and what runs the notebook.
$(TESTS_STAMP): requirements-tests.lock $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-tests.lock
	@touch $@

run: setup
	$(BIN)/python main.py --mode replay $(if $(DATA),--data $(DATA)) $(if $(DATE),--date $(DATE)) $(if $(SPEED),--speed $(SPEED)) $(if $(SEED),--seed $(SEED))

# The same at a speed that one can watch, with the page: the start prints its address and where its tokens are.
demo: setup
	TRADING_BOT__WEB__ENABLED=yes $(MAKE) run SPEED=$(if $(SPEED),$(SPEED),60)

# Branches are counted where units are tested: whole sessions would take half as long again.
# The page has a run of its own: what drives the browser keeps an event loop in its process. By files: one opens a day.
test: setup $(TESTS_STAMP) lint
	$(BIN)/python -m pytest -n 2 --ignore=tests/unit --ignore=tests/page --durations=15
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/page
	$(BIN)/python -m pytest -n 2 tests/unit --cov --cov-report=term
	@$(BIN)/python -m scripts.stamp

# The golden runs, pinned anew: what moved is shown old beside new. RUN=candles takes one only.
golden: setup
	$(BIN)/python -m scripts.golden $(RUN)

bench: setup
	$(BIN)/python benchmarks/candles.py
	$(BIN)/python benchmarks/strategy.py
	$(BIN)/python benchmarks/feed_decode.py
	$(BIN)/python benchmarks/core_step.py
	$(BIN)/python benchmarks/journal.py $(if $(DATA),$(DATA),/tmp)
	$(BIN)/python benchmarks/why.py $(DATA)
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/signal_to_wire.py
	$(BIN)/python benchmarks/virtual_days.py
	$(BIN)/python benchmarks/backtest.py
	$(BIN)/python benchmarks/tick_to_decision.py
	$(BIN)/python benchmarks/sweep.py
	$(BIN)/python benchmarks/alerts.py
	$(BIN)/python benchmarks/web_cost.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: $(STAMP)
	$(BIN)/python -m scripts.audit

acceptance: setup
	$(BIN)/python -m scripts.acceptance

# Days back to back in one real process, with faults; SPEED=240 is about two minutes a day on two free cores.
soak: setup
	$(BIN)/python -m scripts.soak $(if $(DAYS),--days $(DAYS)) $(if $(SPEED),--speed $(SPEED)) $(if $(SEED),--seed $(SEED))

simulate: setup
	$(BIN)/python -m scripts.simulate $(if $(SEEDS),--seeds $(SEEDS))

simulate-faults: setup
	$(BIN)/python -m scripts.simulate_faults --jobs $(JOBS) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FROM),--from $(FROM))

# Real processes, killed at named points; POINT="run: fill, after the commit" takes one point only.
crash-test: setup
	$(BIN)/python -m scripts.crash_test --jobs $(JOBS) $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED)) $(if $(POINT),--point "$(POINT)") $(if $(TALLY),--tally $(TALLY)) $(if $(START_LIMIT),--start-limit $(START_LIMIT))

# Real days over the wire and as backtests: what differs, and why?
parity: setup
	$(BIN)/python -m scripts.parity $(if $(DAYS),--days $(DAYS)) $(if $(SEED),--seed $(SEED))

prove-harness: setup
	$(BIN)/python -m scripts.prove_harness --jobs $(JOBS) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(KNOWN),--known)

# The state machines at length.
machines: setup
	MACHINE_EXAMPLES=$(EXAMPLES) MACHINE_STEPS=$(STEPS) $(BIN)/python -m pytest -q tests/unit -k Machine --hypothesis-show-statistics

# The broker's answers, spoiled: what is read wrongly? SEED and CASE repeat one find.
fuzz: setup
	$(BIN)/python -m scripts.fuzz $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TARGET),--target "$(TARGET)") $(if $(SEED),--seed $(SEED)) $(if $(CASE),--case $(CASE))

# Made-up requests against the dashboard's own schema.
fuzz-api: setup $(TESTS_STAMP)
	API_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q tests/unit/web/test_schema.py

# Wrong changes of the modules that guard money, one at a time: which does no test notice?
mutate: setup
	$(BIN)/python -m scripts.mutate $(MODULES) $(if $(ONLY),--only $(ONLY))

# A whole replayed session with the page open at two sizes, and a daemon that hangs; SHOTS=folder keeps a picture of each stage.
page-session: setup $(TESTS_STAMP)
	PAGE_SESSION=long $(if $(SHOTS),PAGE_SHOTS=$(SHOTS)) $(BIN)/python -m pytest -q tests/page/test_a_whole_session.py

# Eight hours of an open page, second by second; UPDATES=3600 is one of them.
page-soak: setup $(TESTS_STAMP)
	PAGE_UPDATES=$(if $(UPDATES),$(UPDATES),28800) $(BIN)/python -m pytest -q -s tests/page/test_growth.py

# Compiled sets of a sweep against the engine, on the market data that lies beside the project.
prove-sweep: setup
	SWEEP_SETS=$(SETS) SWEEP_CANDLES=$(CANDLES) SWEEP_SEED=$(if $(SEED),$(SEED),1) $(BIN)/python -m pytest -q tests/unit/backtest/sweeps/test_real_data.py

# The engine beside backtesting.py and vectorbt, on the market data that lies beside the project.
cross-check: setup $(TESTS_STAMP)
	CROSS_SHARES=$(if $(SHARES),$(SHARES),30) CROSS_CANDLES=$(CANDLES) $(BIN)/python -m pytest -q tests/unit/backtest/test_other_engines.py

simulate-closes: setup
	$(BIN)/python -m scripts.simulate_closes $(if $(RUNS),--runs $(RUNS))

lock:
	$(COMPILE) --all-extras --no-emit-package uuid pyproject.toml -o requirements.lock
	$(COMPILE) --group pyproject.toml:tests --constraints requirements.lock $$(sed -n 's/^\([^ =]*\)==.*/--no-emit-package \1/p' requirements.lock | sort -u) -o requirements-tests.lock

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .coverage
