# Lint and format
.PHONY: lint lint-web vet-portable fmt fmt-web vuln

# The linters have modules of their own, so that the services do not depend on them.
TOOLS   := go tool -modfile=internal/tools/go.mod
# Python files outside the training package, with paths relative to it. The same rules apply to them.
SCRIPTS := --config pyproject.toml ../../internal/realmlflow ../../internal/e2e/pictures.py ../internal/mlruns/testdata ../../bench ../../internal/e2e/clients ../../internal/e2e/schemathesis ../../docker/sbom ../../docker/prometheus/score-reference ../../.ci/tour ../../mk/run ../../internal/tools/licenses

lint: tensorflow $(VENV) vet-portable lint-web ## every linter, on Go, Python, shell, scripts and styles (ansible/ and terraform/: lint-deploy, lint-terraform)
	@$(TOOLS) golangci-lint run ./...
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -d $$(git ls-files '*.go'); exit 1; }
	@cd $(TRAINING) && .venv/bin/ruff check . $(SCRIPTS) && .venv/bin/ruff format --check . $(SCRIPTS) && .venv/bin/mypy
	@cd $(DIFFERENTIAL) && ../training/.venv/bin/ruff check . && ../training/.venv/bin/ruff format --check . && ../training/.venv/bin/mypy
	@go mod tidy -diff
	@command -v shellcheck >/dev/null || { echo "shellcheck is needed (Debian: apt-get install shellcheck)"; exit 1; }
	@shellcheck .ci/make-up .ci/run modelserver/libtensorflow/fetch docker/check-env docker/check-files docker/image-sizes docker/rollout docker/start-times docker/up mk/names mk/nearest mk/tools

# All of these are pure Go. The model server is not: it links with TensorFlow.
PORTABLE := ./frontend/... ./internal/... ./docker/healthcheck ./modelserver/api/...

vet-portable: ## check that the frontend, internal/ and their tests compile on macOS and Windows
	@for system in darwin windows; do GOOS=$$system CGO_ENABLED=0 go vet $(PORTABLE) || exit 1; done

# npm installs Prettier, pinned by hash, into a temporary folder.
SCRIPTS_AND_STYLES = $$(git ls-files 'frontend/*.js' 'frontend/*.css' 'internal/tools/web/*.mjs')
with_prettier = tools=$$(mktemp -d); trap 'rm -r "$$tools"' EXIT; cp internal/tools/web/package*.json "$$tools" && \
  npm ci --prefix "$$tools" --silent --ignore-scripts && "$$tools/node_modules/.bin/prettier" --config internal/tools/web/prettier.json --log-level warn

lint-web: ## the format of scripts, styles and tables in Markdown; npm must be installed
	@$(with_prettier) --check $(SCRIPTS_AND_STYLES)
	@node internal/tools/web/tables.mjs --check $$(git ls-files '*.md')

fmt-web: ## format scripts, styles and tables in Markdown
	@$(with_prettier) --write $(SCRIPTS_AND_STYLES)
	@node internal/tools/web/tables.mjs --write $$(git ls-files '*.md')

fmt: $(VENV) fmt-web ## format the sources
	@gofmt -w $$(git ls-files '*.go')
	@cd $(TRAINING) && .venv/bin/ruff check --fix . $(SCRIPTS) && .venv/bin/ruff format . $(SCRIPTS)
	@cd $(DIFFERENTIAL) && ../training/.venv/bin/ruff check --fix . && ../training/.venv/bin/ruff format .

vuln: tensorflow ## known vulnerabilities in the code that the services call (asks vuln.go.dev)
	@$(TOOLS) govulncheck ./...
