# Lint and format
.PHONY: lint vet-portable fmt vuln

# Linters in modules of their own, so that the services do not depend on them.
TOOLS   := go tool -modfile=internal/tools/go.mod
# Python outside the training package, as seen from there. The same rules apply.
SCRIPTS := --config pyproject.toml ../../internal/realmlflow ../../internal/e2e/pictures.py ../internal/mlruns/testdata ../../bench ../../internal/e2e/clients ../../internal/e2e/schemathesis ../../docker/sbom ../../docker/prometheus/score-reference ../../.ci/tour ../../internal/tools/licenses

lint: tensorflow $(VENV) vet-portable ## every linter, on Go, Python and shell (ansible/ and terraform/: lint-deploy, lint-terraform)
	@$(TOOLS) golangci-lint run ./...
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -d $$(git ls-files '*.go'); exit 1; }
	@cd $(TRAINING) && .venv/bin/ruff check . $(SCRIPTS) && .venv/bin/ruff format --check . $(SCRIPTS) && .venv/bin/mypy
	@cd $(DIFFERENTIAL) && ../training/.venv/bin/ruff check . && ../training/.venv/bin/ruff format --check . && ../training/.venv/bin/mypy
	@go mod tidy -diff
	@command -v shellcheck >/dev/null || { echo "shellcheck is needed (Debian: apt-get install shellcheck)"; exit 1; }
	@shellcheck .ci/make-up .ci/run modelserver/libtensorflow/fetch docker/check-files docker/image-sizes docker/rollout docker/start-times docker/up

# All of these are pure Go. The model server is not: it links with TensorFlow.
PORTABLE := ./frontend/... ./internal/... ./docker/healthcheck ./modelserver/api/...

vet-portable: ## check that the frontend, internal/ and their tests compile on macOS and Windows
	@for system in darwin windows; do GOOS=$$system CGO_ENABLED=0 go vet $(PORTABLE) || exit 1; done

fmt: $(VENV) ## format the Go and Python sources
	@gofmt -w $$(git ls-files '*.go')
	@cd $(TRAINING) && .venv/bin/ruff check --fix . $(SCRIPTS) && .venv/bin/ruff format . $(SCRIPTS)
	@cd $(DIFFERENTIAL) && ../training/.venv/bin/ruff check --fix . && ../training/.venv/bin/ruff format .

vuln: tensorflow ## known vulnerabilities in the code that the services call (asks vuln.go.dev)
	@$(TOOLS) govulncheck ./...
