# Build and run
.PHONY: run build tools tensorflow python notices settings clean

run: build ## start both services and print the page's address; Ctrl-C stops them
	@mk/run bin

# Binaries carry their version, in metrics, in the log and for -version: the tag, or
# the next release and the commit (0.1.0-dev+g74d9cec).
NEXT_RELEASE := 0.1.0
DESCRIBED = $(shell git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null | sed 's/^v//' | grep . || \
  { printf '$(NEXT_RELEASE)-dev'; git describe --always --dirty --exclude '*' 2>/dev/null | sed 's/^/+g/; s/-dirty/.dirty/'; })
STAMP = -X pneumoscope/internal/daemon.version=$(DESCRIBED) -X pneumoscope/internal/daemon.revision=$(REVISION)

build: tensorflow ## build bin/modelserver and bin/frontend
	@go build -trimpath -ldflags "$(STAMP)" -o bin/ ./modelserver ./frontend

# mk/run is written in Python; pip only fetches TensorFlow's library.
TOOLS_TO_BUILD = linux go gcc modules $(if $(wildcard $(TENSORFLOW)/libtensorflow.so),python,pip)
tools:
	@mk/tools $(TOOLS_TO_BUILD)

tensorflow: tools ## fetch TensorFlow's C library (230 MB), once
	@modelserver/libtensorflow/fetch $(TENSORFLOW)

python: $(VENV) ## install the training environment and the real MLflow (250 MB), once

settings: tensorflow ## write the tables of docs/config.md from what -h prints
	@go test -count=1 -tags e2e -run TestTheDocumentListsEverySetting ./internal/e2e -update

notices: tensorflow ## write THIRD_PARTY_NOTICES.md: the licences of all code in the binaries
	@text=$$(internal/tools/licenses/collect.py) && printf '%s\n' "$$text" >THIRD_PARTY_NOTICES.md

clean: ## remove what was built, but not what was downloaded
	@rm -rf bin
