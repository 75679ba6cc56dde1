# `make` prints what there is. `make run` and `make test` need nothing set up
# before: they fetch TensorFlow's library and build what they use.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run build tensorflow python test test-go test-e2e test-api test-training test-differential parity conformance differential test-browser picture store-fixture \
        train train-quick evaluate evaluate-perturbed audit promote figures model-card leaks gate patterns bench bench-servers bench-model bench-decoders bench-films bench-page bench-page-load fuzz soak lint fmt vuln clean images up down logs ps rollout image-sizes sbom \
        check-rules test-containers soak-containers score-reference \
        deploy deploy-plan deploy-check deploy-status deploy-rollback destroy deploy-settings deploy-local destroy-local test-cloud lint-deploy lint-terraform test-deploy test-terraform

# Films for training and for the tests that need real ones.
DATA_DIR ?= ../shared/data
export DATA_DIR

# Requests and a real MLflow's answers to them, with the program that replays them.
CONFORMANCE_DIR ?= ../shared/conformance

# TensorFlow's C library, which one package of the model server links with.
TENSORFLOW := $(CURDIR)/.tensorflow/2.18.1
export CGO_ENABLED := 1
export CGO_CFLAGS  := -I$(TENSORFLOW)/include
export CGO_LDFLAGS := -L$(TENSORFLOW) -ltensorflow_framework -Wl,-rpath,$(TENSORFLOW)

TRAINING := modelserver/training
DIFFERENTIAL := modelserver/differential
PYTHON   := $(TRAINING)/.venv/bin/python
# A stamp, because the interpreter in a virtual environment is a link to another one's age.
VENV     := $(TRAINING)/.venv/.installed
# Python outside of the training package, seen from there; its rules hold for them too.
SCRIPTS  := --config pyproject.toml ../../internal/realmlflow ../../internal/e2e/pictures.py ../internal/mlruns/testdata ../../bench ../../internal/e2e/clients ../../internal/e2e/schemathesis ../../docker/sbom ../../docker/prometheus/score-reference
CLIENTS  := internal/e2e/clients/.venv/.installed
SCHEMATHESIS := internal/e2e/schemathesis/.venv/.installed
TOOLS    := go tool -modfile=internal/tools/go.mod
# Of a module of its own, and without TensorFlow's library, which the flags above would link it with.
TFLINT   := CGO_ENABLED=0 go tool -modfile=internal/tools/tflint/go.mod tflint

help: ## print this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: build ## start both services, print the page's address; Ctrl-C ends them
	@export TF_CPP_MIN_LOG_LEVEL=$${TF_CPP_MIN_LOG_LEVEL:-1} MODELSERVER_LOG_FORMAT=$${MODELSERVER_LOG_FORMAT:-text} FRONTEND_LOG_FORMAT=$${FRONTEND_LOG_FORMAT:-text}; \
	trap 'kill $$(jobs -p) 2>/dev/null; wait' EXIT; trap 'exit 0' INT TERM; \
	bin/modelserver & bin/frontend & port=$${FRONTEND_LISTEN:-:8080}; port=$${port##*:}; \
	while [ "$$(jobs -r | wc -l)" = 2 ]; do \
	  if (exec 3<>/dev/tcp/localhost/$$port && printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3 && read -r answer <&3 && [[ $$answer == *200* ]]) 2>/dev/null; then \
	    printf '\nPneumoscope is at http://localhost:%s (Ctrl-C ends it)\n\n' "$$port"; break; fi; sleep 0.2; done; \
	wait -n

# What images are built from: the commit names them and dates them.
VERSION  ?= dev
export REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

images: ## build both images, tagged VERSION (default: dev)
	@TAG=$(VERSION) docker compose build

# Which version runs is said in one place, TAG in .env: a VERSION that was meant for
# it is not passed over in silence.
GIVEN_VERSION = $(if $(filter command line environment,$(origin VERSION)),$(VERSION))

up: ## start TAG of .env (default: dev, built again) in containers, print the page's address
	@$(if $(GIVEN_VERSION),echo "make up starts what TAG in .env says: write TAG=$(GIVEN_VERSION) there" >&2; exit 1,docker/up)

down: ## stop the containers; what Prometheus has seen is kept
	@docker compose --profile grafana down

logs: ## follow the containers' logs
	@docker compose logs --follow --tail 50

ps: ## list the containers and their health
	@docker compose ps

rollout: ## replace the running containers by VERSION, losing no request, and write it into .env
	@docker/rollout $(GIVEN_VERSION)

image-sizes: ## print what both images take, unpacked and compressed
	@docker/image-sizes pneumoscope/frontend:$(VERSION) pneumoscope/modelserver:$(VERSION)

sbom: ## write what both images are made of to dist/*.cdx.json
	@mkdir -p dist
	@for program in frontend modelserver; do \
	  docker/sbom pneumoscope/$$program:$(VERSION) $$program >dist/$$program.cdx.json && \
	  printf '%-28s %4d components\n' dist/$$program.cdx.json "$$(grep -c '"bom-ref"' dist/$$program.cdx.json)" || exit 1; done

check-rules: ## check Prometheus' configuration and test its alerts
	@docker run --rm --network none --read-only --tmpfs /tmp:mode=1777 -v $(CURDIR)/docker/prometheus:/etc/prometheus:ro --entrypoint sh "$$(docker compose config --images | grep ^prom/)" \
	  -c 'promtool check config /etc/prometheus/prometheus.yml && promtool test rules /etc/prometheus/tests/*.yml'

test-containers: ## both images, NGINX and Prometheus in containers; build the images first
	@go test -count=1 -v -timeout 40m -tags integration ./docker/... | grep -vE '^=== (RUN|PAUSE|CONT|NAME)'; exit $${PIPESTATUS[0]}

soak-containers: ## send films for MINUTES (default: 10) and watch the containers' memory
	@go test -count=1 -v -timeout 2h -tags integration,soak -run TestMemoryStaysFlat ./docker -minutes $${MINUTES:-10} | grep -vE '^=== '; exit $${PIPESTATUS[0]}

score-reference: ## write the scores of DATA_DIR's validation films as what is expected; needs `make up`
	@rules=$$(docker/prometheus/score-reference "http://$$(docker compose port nginx 8080)" "$(DATA_DIR)/manifest.csv") && \
	  printf '%s\n' "$$rules" >docker/prometheus/rules/score_reference.yml

# A deployment is told by DEPLOY_… variables, which `make deploy-settings` lists, or
# by ansible/environments/NAME/settings. The ones that are wanted most often have a
# short form: make deploy OPERATOR_CIDRS=203.0.113.7/32 VERSION=v1
DEPLOYED := environment operator_cidrs region model_count monitoring version registry registry_username registry_password_file ssh_key token domain acme_email
upper = $(shell printf '%s' '$(1)' | tr a-z A-Z)
TOLD = $(foreach name,$(DEPLOYED),$(if $(filter command line,$(origin $(call upper,$(name)))),DEPLOY_$(call upper,$(name))='$($(call upper,$(name)))')) \
  PYTHONPATH=ansible PYTHONDONTWRITEBYTECODE=1
DEPLOY = $(TOLD) ansible/.venv/bin/python -m deploy
DEPLOYER := ansible/.venv/.installed
# The same in a stand-in for the cloud, on this machine: ansible/standin/README.md.
STANDIN = $(TOLD) ansible/standin/.venv/bin/python -m standin
CLOUD  := ansible/standin/.venv/.installed

deploy: $(DEPLOYER) ## put everything on two EC2 instances: make deploy OPERATOR_CIDRS=ADDRESS/32 (docs/deployment.md)
	@$(DEPLOY) apply

deploy-plan: $(DEPLOYER) ## say what make deploy would do to the instances
	@$(DEPLOY) plan

deploy-check: $(DEPLOYER) ## show what differs from what is wanted; an error when the instances do
	@$(DEPLOY) check

deploy-status: $(DEPLOYER) ## say what runs where
	@$(DEPLOY) status

deploy-rollback: $(DEPLOYER) ## put back the version before, or VERSION
	@$(DEPLOY) $(if $(filter command line,$(origin VERSION)),configure,rollback)

destroy: $(DEPLOYER) ## remove what make deploy has made; asks first
	@$(DEPLOY) destroy

deploy-settings: $(DEPLOYER) ## list what a deployment can be told
	@$(DEPLOY) settings

deploy-local: $(DEPLOYER) $(CLOUD) ## make deploy, in a stand-in for AWS on this machine; build the images first
	@$(STANDIN) up

destroy-local: $(CLOUD) ## remove the stand-in and all that is in it
	@$(STANDIN) down

test-cloud: build $(DEPLOYER) $(CLOUD) ## all that a deployment can go through, in such a stand-in; build the images first
	@$(STANDIN) journey

test-deploy: $(DEPLOYER) ## tests of what deploys, and of what instances do at their first boot
	@for tool in terraform cloud-init ssh; do command -v $$tool >/dev/null || { echo "$$tool is needed (docs/deployment.md)"; exit 1; }; done
	@cd ansible && .venv/bin/python -m pytest -q -p no:cacheprovider

test-terraform: ## validate and test terraform/; no account is needed
	@terraform -chdir=terraform fmt -check -recursive
	@data=$$(mktemp -d); trap 'rm -r "$$data"' EXIT; export TF_DATA_DIR=$$data CHECKPOINT_DISABLE=1; \
	  terraform -chdir=terraform init -backend=false -input=false >/dev/null && terraform -chdir=terraform validate && terraform -chdir=terraform test -no-color

lint-deploy: $(DEPLOYER) ## every linter, on Ansible and on what deploys
	@cd ansible && PATH=$$PWD/.venv/bin:$$PATH && yamllint --strict . && ansible-lint --offline -q && \
	  ansible-playbook --syntax-check -i tests/inventory.json site.yml >/dev/null && ruff check . && ruff format --check --quiet . && mypy --no-error-summary
	@command -v shellcheck >/dev/null || { echo "shellcheck is needed (Debian: apt-get install shellcheck)"; exit 1; }
	@shellcheck ansible/install ansible/standin/instance/init ansible/standin/services/acme ansible/standin/services/registry

lint-terraform: ## lint terraform/
	@$(TFLINT) --chdir=terraform

$(CLOUD): ansible/standin/requirements.lock
	@echo "stand-in cloud: installing moto into $(dir $@)"
	@rm -rf $(dir $@) && python3 -m venv $(dir $@)
	@$(dir $@)bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(DEPLOYER): ansible/install ansible/requirements.lock ansible/collections.txt
	@echo "deployment: installing Ansible and its linters into ansible/.venv"
	@ansible/install ansible/.venv

# What the binaries say of themselves: in metrics, in the log and by -version.
STAMP = -X pneumoscope/internal/daemon.version=$(shell git describe --tags --always --dirty 2>/dev/null || echo unknown) -X pneumoscope/internal/daemon.revision=$(REVISION)

build: tensorflow ## build bin/modelserver and bin/frontend
	@go build -trimpath -ldflags "$(STAMP)" -o bin/ ./modelserver ./frontend

tensorflow: ## fetch TensorFlow's C library (230 MB), once
	@modelserver/libtensorflow/fetch $(TENSORFLOW)

test: test-go test-e2e test-api test-training test-differential parity ## every test of the services and the model that needs neither a browser nor Docker

test-go: tensorflow ## unit tests, with the race detector
	@go test -race -short -count=1 -timeout 20m ./...
	@go test -count=1 ./frontend/internal/xray # every film; under the race detector a few

test-e2e: tensorflow ## both services as processes: real films, hostile uploads, drain
	@go test -count=1 -v -tags e2e ./internal/e2e | grep -vE '^=== (RUN|PAUSE|CONT)'; exit $${PIPESTATUS[0]}

test-api: tensorflow $(SCHEMATHESIS) ## the frontend's API against its own document, by Schemathesis
	@go test -count=1 -v -tags api ./internal/e2e | grep -vE '^=== (RUN|PAUSE|CONT)'; exit $${PIPESTATUS[0]}

test-training: $(VENV) ## tests of the training package
	@cd $(TRAINING) && .venv/bin/python -m pytest -q

test-differential: $(VENV) ## tests of the comparison with MLflow
	@cd $(DIFFERENTIAL) && ../training/.venv/bin/python -m pytest -q

parity: tensorflow $(VENV) $(CLIENTS) ## the same films through our server and MLflow's own, by Triton's client too, and models from MLflow's own stores
	@go test -count=1 -v -p 1 -tags parity ./internal/e2e ./modelserver/internal/mlruns | grep -vE '^=== (RUN|PAUSE|CONT)'; exit $${PIPESTATUS[0]}

# The accessibility rules come by npm into a folder that goes again; nothing of them is built or served.
test-browser: tensorflow ## the page in Chromium; chromium and npm must be installed
	@axe=$$(mktemp -d); trap 'rm -r "$$axe"' EXIT; cp internal/e2e/axe/package*.json "$$axe" && npm ci --prefix "$$axe" --silent --ignore-scripts && \
	  export AXE=$$axe/node_modules/axe-core/axe.min.js && go test -count=1 -v -tags browser ./internal/e2e | grep -vE '^=== (RUN|PAUSE|CONT)'; exit $${PIPESTATUS[0]}

picture: tensorflow $(VENV) ## take the README's four pictures again, of drawn films
	@pictures=$$(mktemp -d); trap 'rm -r "$$pictures"' EXIT; \
	  SCREENSHOTS=$$pictures go test -count=1 -tags browser -run 'TestAFilmIsReadInTheBrowser|TestARefusedFilm' ./internal/e2e && \
	  $(PYTHON) internal/e2e/pictures.py "$$pictures" docs

store-fixture: $(VENV) ## write the SQLite store for unit tests again, with the real MLflow
	@$(PYTHON) modelserver/internal/mlruns/testdata/make_store.py modelserver/internal/mlruns/testdata

conformance: build ## replay recorded requests and compare with the real MLflow's answers
	@[ -f $(CONFORMANCE_DIR)/replay.py ] || { echo "set CONFORMANCE_DIR to the folder with the recorded requests and replay.py"; exit 1; }
	@MODELSERVER_ADMIN_LISTEN=127.0.0.1:0 python3 $(CONFORMANCE_DIR)/replay.py --cases $(CONFORMANCE_DIR)/cases.json --models $(CONFORMANCE_DIR)/models \
	  --server $(CURDIR)/bin/modelserver --limit-env 'MODELSERVER_REQUEST_TIMEOUT={}s'

# N is how many requests, over all models; SEED makes them the same again. OUT is
# the folder for those that are answered otherwise.
N    ?= 3000
SEED ?=
OUT  ?= bin/differential
differential: build $(VENV) ## random requests to our server and to the real MLflow: N=3000 SEED=
	@PYTHONPATH=$(DIFFERENTIAL)/src $(PYTHON) -m pneumoscope_differential run --server bin/modelserver --requests $(N) --seed "$(SEED)" --out $(OUT)

# The environment that trains, with the real MLflow: 250 MB to download.
$(VENV): $(TRAINING)/requirements.lock
	@command -v python3 >/dev/null || { echo "python3 is needed: install Python 3.11 with pip and venv"; exit 1; }
	@echo "training: installing TensorFlow 2.18.1 and MLflow 3.17.2 into $(TRAINING)/.venv"
	@rm -rf $(TRAINING)/.venv && python3 -m venv $(TRAINING)/.venv
	@$(TRAINING)/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Clients that tests drive, in an environment of their own: what trains has no use for them.
$(CLIENTS): internal/e2e/clients/requirements.lock
	@echo "end-to-end tests: installing Triton's client into $(dir $@)"
	@rm -rf $(dir $@) && python3 -m venv $(dir $@)
	@$(dir $@)bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(SCHEMATHESIS): internal/e2e/schemathesis/requirements.lock
	@echo "test of the API: installing Schemathesis into $(dir $@)"
	@rm -rf $(dir $@) && python3 -m venv $(dir $@)
	@$(dir $@)bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

python: $(VENV) ## install the training environment and the real MLflow (250 MB), once

train: $(VENV) ## train the model from DATA_DIR and log it to mlruns/, or to MLFLOW_TRACKING_URI; goes on where it was stopped
	@PYTHONPATH=$(TRAINING)/src $(PYTHON) -m pneumoscope_training train --data "$(DATA_DIR)" $(if $(MLFLOW_TRACKING_URI),,--mlruns mlruns) --cache $(TRAINING)/build/checkpoints

# The same code from end to end, on few films and for few steps, into a store of its own: for a network that knows nothing.
train-quick: $(VENV) ## all that `make train` does, in two minutes, for a useless model in modelserver/training/build/quick
	@rm -rf $(TRAINING)/build/quick && mkdir -p $(TRAINING)/build/quick
	@PYTHONPATH=$(TRAINING)/src $(PYTHON) -m pneumoscope_training train --data "$(DATA_DIR)" --mlruns $(TRAINING)/build/quick/mlruns \
	  --cache $(TRAINING)/build/quick --steps 40 --limit-films 200

# What a model is judged on, and what it was trained on: the same folder has splits of both.
DATA  ?= $(DATA_DIR)
MODEL ?= models:/pneumonia@champion
# The store that it lies in, and where promotion happens.
MLRUNS ?= mlruns
JUDGE  = PYTHONPATH=$(TRAINING)/src $(PYTHON) -m pneumoscope_training
JUDGED = --data "$(DATA)" --mlruns "$(MLRUNS)" --model "$(MODEL)" $(if $(SPLIT),--split "$(SPLIT)")

evaluate: $(VENV) ## a model's figures per source over DATA=, with plots and errors (MODEL= MLRUNS= SPLIT= POSITIVE= OUT= JSON=); URL= asks a running server
	@$(JUDGE) evaluate $(JUDGED) $(if $(wildcard $(DATA_DIR)/manifest.csv),--train "$(DATA_DIR)") $(foreach class,$(POSITIVE),--positive "$(class)") \
	  $(if $(URL),--url "$(URL)") $(if $(filter-out bin/differential,$(OUT)),--out "$(OUT)") $(if $(JSON),--json "$(JSON)")

evaluate-perturbed: $(VENV) ## what changed frames and exposures cost at the stored thresholds, per source
	@$(JUDGE) evaluate-perturbed $(JUDGED) $(if $(JSON),--json "$(JSON)")

audit: $(VENV) ## what shortcuts earn, what the model owes them, whether its map can be believed, what leaks (MODEL= JSON=)
	@$(JUDGE) audit $(JUDGED) $(if $(JSON),--json "$(JSON)")

promote: $(VENV) ## make VERSION= (default: the newest) of the model the champion, if it is better by the rule in docs/model-card.md (MLRUNS=)
	@$(JUDGE) promote --data "$(DATA)" --mlruns "$(MLRUNS)" $(if $(filter-out dev,$(VERSION)),--version "$(VERSION)")

figures: $(VENV) ## measure the champion over DATA_DIR's validation films again, and fill the model card; four minutes
	@$(MAKE) --no-print-directory evaluate JSON=docs/figures/evaluation.json
	@$(MAKE) --no-print-directory evaluate-perturbed JSON=docs/figures/perturbed.json
	@$(MAKE) --no-print-directory audit JSON=docs/figures/audit.json
	@$(MAKE) --no-print-directory model-card

model-card: $(VENV) ## fill the figures of docs/model-card.md from docs/figures/
	@$(JUDGE) model-card --page docs/model-card.md --figures docs/figures

leaks: $(VENV) ## patients, files and pictures of DATA that are in two splits or under two labels
	@$(JUDGE) leaks --data "$(DATA)"

gate: ## print what the frontend's gate lets through and what it refuses, over DATA_DIR
	@CGO_ENABLED=0 go test -count=1 -v -run 'TestTheGate' ./frontend/internal/xray | grep -vE '^=== (RUN|PAUSE|CONT)'; exit $${PIPESTATUS[0]}

patterns: ## fit the gate's patterns to the training films of DATA_DIR again
	@CGO_ENABLED=0 go run ./frontend/internal/chest/fit "$(DATA_DIR)" frontend/internal/chest/patterns.bin

# Length of each measurement, and how often everything is measured.
BENCH_SECONDS ?= 2
BENCH_ROUNDS  ?= 5

bench: bench-decoders bench-servers ## the decoders, and the servers: ours, MLflow's server and TensorFlow alone, side by side; ten minutes

bench-servers: build $(VENV) ## the servers and TensorFlow alone, side by side (BENCH_SECONDS=2 BENCH_ROUNDS=5); writes docs/bench.json and docs/bench.svg
	@go build -trimpath -o bin/ ./bench ./modelserver/internal/savedmodel/rawloop
	@bin/bench -mlflow $(TRAINING)/.venv/bin/mlflow -seconds $(BENCH_SECONDS) -rounds $(BENCH_ROUNDS) -json docs/bench.json
	@$(PYTHON) bench/plot.py docs/bench.json docs/bench.svg

# How long the soak lasts, and how often the model is exchanged meanwhile.
SOAK_FOR     ?= 30m
SOAK_RELOADS ?= 1m

soak: build ## half an hour at 80 % of the most, with the model exchanged every minute (SOAK_FOR=30m SOAK_RELOADS=1m)
	@go build -trimpath -o bin/ ./bench/soak
	@bin/soak -for $(SOAK_FOR) -reloads $(SOAK_RELOADS)

bench-decoders: tensorflow ## time the decoders
	@go test -run '^$$' -bench . -benchmem ./frontend/internal/xray ./modelserver/internal/tensorjson

bench-model: tensorflow ## time one film in the model itself, with the server's threads
	@go test -run '^$$' -bench OneFilm -count 5 ./modelserver/internal/bundle

bench-films: $(VENV) ## the originals of DATA_DIR, decoded and made small by us and by Pillow, by turns
	@CGO_ENABLED=0 go build -trimpath -o bin/ ./frontend/internal/xray/pace
	@GOMAXPROCS=1 $(PYTHON) bench/films/films.py bin/pace "$(DATA_DIR)"

bench-page: build $(VENV) ## from the upload to the answer: our page, and the same written with Flask and mlflow models serve; writes docs/bench-page.json
	@go build -trimpath -o bin/page ./bench/page
	@bin/page -python $(PYTHON) -mlflow $(TRAINING)/.venv/bin/mlflow -json docs/bench-page.json

bench-page-load: tensorflow ## the page's weight and when it can be used, from Chromium's own trace
	@PAGE_LOADS=$${PAGE_LOADS:-9} go test -count=1 -v -tags browser -run TestThePageIsLightAndSoonUsable ./internal/e2e | grep -vE '^=== '; exit $${PIPESTATUS[0]}

# How long each target is fuzzed.
FUZZ_FOR ?= 10m

fuzz: tensorflow ## hostile bytes to every decoder and to the gate, FUZZ_FOR=10m each
	@for package in $$(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n 1 dirname | sort -u); do \
	  for target in $$(go test -list '^Fuzz' ./$$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZ_FOR) -fuzzminimizetime 50x -parallel $${FUZZ_PARALLEL:-2} ./$$package || exit 1; done; done

lint: tensorflow $(VENV) ## every linter, on Go, Python and shell (ansible/: make lint-deploy)
	@$(TOOLS) golangci-lint run ./...
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -d $$(git ls-files '*.go'); exit 1; }
	@cd $(TRAINING) && .venv/bin/ruff check . $(SCRIPTS) && .venv/bin/ruff format --check . $(SCRIPTS) && .venv/bin/mypy
	@cd $(DIFFERENTIAL) && ../training/.venv/bin/ruff check . && ../training/.venv/bin/ruff format --check . && ../training/.venv/bin/mypy
	@go mod tidy -diff
	@command -v shellcheck >/dev/null || { echo "shellcheck is needed (Debian: apt-get install shellcheck)"; exit 1; }
	@shellcheck .ci/* modelserver/libtensorflow/fetch docker/check-files docker/image-sizes docker/rollout docker/start-times docker/up

fmt: $(VENV) ## format every source
	@gofmt -w $$(git ls-files '*.go')
	@cd $(TRAINING) && .venv/bin/ruff check --fix . $(SCRIPTS) && .venv/bin/ruff format . $(SCRIPTS)
	@cd $(DIFFERENTIAL) && ../training/.venv/bin/ruff check --fix . && ../training/.venv/bin/ruff format .

vuln: tensorflow ## known vulnerabilities in what the services call (asks vuln.go.dev)
	@$(TOOLS) govulncheck ./...

clean: ## remove what was built, not what was downloaded
	@rm -rf bin
