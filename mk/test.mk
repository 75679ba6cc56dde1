# Test
.PHONY: test test-tools test-tour test-go test-e2e test-api test-training test-differential parity conformance differential test-browser picture store-fixture fuzz

test: test-tools test-go test-e2e test-api test-training test-differential parity ## every test that needs neither a browser nor Docker

# Checks all tools before the first test starts, because the last test may start half an hour later.
test-tools:
	@mk/tools $(TOOLS_TO_BUILD) curl $(if $(filter-out $(wildcard $(VENV) $(CLIENTS) $(SCHEMATHESIS)),$(VENV) $(CLIENTS) $(SCHEMATHESIS)),venv)

test-go: tensorflow ## unit tests, with the race detector
	@go test -race -short -count=1 -timeout 20m ./...
	@go test -count=1 ./frontend/internal/xray/... # every film; with the race detector only a few

test-e2e: tensorflow ## both services as processes: real films, hostile uploads, drain
	@go test -count=1 -v -tags e2e ./internal/e2e $(QUIETLY)

test-api: tensorflow $(SCHEMATHESIS) ## the frontend's API against its OpenAPI document, with Schemathesis
	@go test -count=1 -v -tags api ./internal/e2e $(QUIETLY)

test-training: $(VENV) ## the training package
	@cd $(TRAINING) && .venv/bin/python -m pytest -q

test-differential: $(VENV) ## the programs that compare us with MLflow
	@cd $(DIFFERENTIAL) && ../training/.venv/bin/python -m pytest -q

parity: tensorflow $(VENV) $(CLIENTS) ## the same films through our server and MLflow's, also with Triton's client; models from MLflow's stores
	@go test -count=1 -v -p 1 -tags parity ./internal/e2e ./modelserver/internal/mlruns ./modelserver/internal/model $(QUIETLY)

# The accessibility rules come from npm into a temporary folder: they are neither
# built nor served.
test-browser: tensorflow ## the page in Chromium; needs chromium and npm
	@axe=$$(mktemp -d); trap 'rm -r "$$axe"' EXIT; cp internal/e2e/axe/package*.json "$$axe" && npm ci --prefix "$$axe" --silent --ignore-scripts && \
	  export AXE=$$axe/node_modules/axe-core/axe.min.js && go test -count=1 -v -tags browser ./internal/e2e $(QUIETLY)

test-tour: ## the commands of docs/tour.md, and what they print
	@.ci/tour

picture: tensorflow $(VENV) ## take the README's four screenshots again, of drawn films
	@pictures=$$(mktemp -d); trap 'rm -r "$$pictures"' EXIT; \
	  SCREENSHOTS=$$pictures go test -count=1 -tags browser -run 'TestAFilmIsReadInTheBrowser|TestARefusedFilm' ./internal/e2e && \
	  $(PYTHON) internal/e2e/pictures.py "$$pictures" docs

store-fixture: $(VENV) ## write the SQLite store of the unit tests again, with the real MLflow
	@$(PYTHON) modelserver/internal/mlruns/testdata/make_store.py modelserver/internal/mlruns/testdata

# Requests and a real MLflow's answers to them, with the program that replays them.
CONFORMANCE_DIR ?= ../shared/conformance

conformance: build ## replay recorded requests and compare with the real MLflow's answers
	@[ -f $(CONFORMANCE_DIR)/replay.py ] || { echo "set CONFORMANCE_DIR to the folder with the recorded requests and replay.py"; exit 1; }
	@MODELSERVER_ADMIN_LISTEN=127.0.0.1:0 python3 $(CONFORMANCE_DIR)/replay.py --cases $(CONFORMANCE_DIR)/cases.json --models $(CONFORMANCE_DIR)/models \
	  --server $(CURDIR)/bin/modelserver --limit-env 'MODELSERVER_REQUEST_TIMEOUT={}s'

# N is the number of requests, over all models. The same SEED makes the same
# requests. Requests that are answered differently are written to DIFFERENTIAL_OUT.
N    ?= 3000
SEED ?=
DIFFERENTIAL_OUT ?= bin/differential

ifneq (,$(and $(filter differential,$(MAKECMDGOALS)),$(filter command line,$(origin OUT))))
$(error use DIFFERENTIAL_OUT=$(OUT): OUT is the folder of make evaluate)
endif
differential: build $(VENV) ## random requests to our server and to the real MLflow (N=3000 SEED= DIFFERENTIAL_OUT=bin/differential)
	@PYTHONPATH=$(DIFFERENTIAL)/src $(PYTHON) -m pneumoscope_differential run --server bin/modelserver --requests $(N) --seed "$(SEED)" --out $(DIFFERENTIAL_OUT)

FUZZ_FOR      ?= 10m
FUZZ_PARALLEL ?= 2

fuzz: tensorflow ## hostile bytes to every decoder and to the gate (FUZZ_FOR=10m for each)
	@for package in $$(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n 1 dirname | sort -u); do \
	  for target in $$(go test -list '^Fuzz' ./$$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZ_FOR) -fuzzminimizetime 50x -parallel $(FUZZ_PARALLEL) ./$$package || exit 1; done; done
