# Deploy to AWS, or to a stand-in for it on this machine
.PHONY: deploy deploy-plan deploy-check deploy-status deploy-rollback destroy deploy-settings deploy-local destroy-local test-cloud test-deploy test-terraform lint-deploy lint-terraform

# A deployment's settings are DEPLOY_… variables, listed by `make deploy-settings`,
# or lines of ansible/environments/NAME/settings. The most common ones have a short
# form here: make deploy OPERATOR_CIDRS=203.0.113.7/32 VERSION=v1
SHORT_FORMS := environment operator_cidrs region model_count monitoring version registry registry_username registry_password_file ssh_key token domain acme_email
upper = $(shell printf '%s' '$(1)' | tr a-z A-Z)
DEPLOY_ENV = $(foreach name,$(SHORT_FORMS),$(if $(filter command line,$(origin $(call upper,$(name)))),DEPLOY_$(call upper,$(name))='$($(call upper,$(name)))')) \
  PYTHONPATH=ansible PYTHONDONTWRITEBYTECODE=1
DEPLOY   = $(DEPLOY_ENV) ansible/.venv/bin/python -m deploy
DEPLOYER := ansible/.venv/.installed
# The stand-in: ansible/standin/README.md.
STANDIN  = $(DEPLOY_ENV) ansible/standin/.venv/bin/python -m standin
CLOUD   := ansible/standin/.venv/.installed
# tflint has its own module. It is built without cgo, because the Makefile's flags would
# link it with TensorFlow's library.
TFLINT  := CGO_ENABLED=0 go tool -modfile=internal/tools/tflint/go.mod tflint

deploy: $(DEPLOYER) ## deploy everything on EC2 instances: make deploy OPERATOR_CIDRS=ADDRESS/32 (docs/deployment.md)
	@$(DEPLOY) apply

deploy-plan: $(DEPLOYER) ## say what make deploy would do to the instances
	@$(DEPLOY) plan

deploy-check: $(DEPLOYER) ## show differences between the wanted and the actual state; fails when the instances differ
	@$(DEPLOY) check

deploy-status: $(DEPLOYER) ## say what runs where
	@$(DEPLOY) status

deploy-rollback: $(DEPLOYER) ## go back to the previous version, or to VERSION
	@$(DEPLOY) $(if $(filter command line,$(origin VERSION)),configure,rollback)

destroy: $(DEPLOYER) ## remove what make deploy has made; asks first
	@$(DEPLOY) destroy

deploy-settings: $(DEPLOYER) ## list the settings of a deployment
	@$(DEPLOY) settings

deploy-local: $(DEPLOYER) $(CLOUD) ## make deploy, in a stand-in for AWS on this machine; build the images first
	@$(STANDIN) up

destroy-local: $(CLOUD) ## remove the stand-in and all that is in it
	@$(STANDIN) down

test-cloud: build $(DEPLOYER) $(CLOUD) ## test the whole life of a deployment in such a stand-in; build the images first
	@$(STANDIN) scenario

test-deploy: $(DEPLOYER) ## tests of the deployment programs, and of the instances' first boot
	@for tool in terraform cloud-init ssh; do command -v $$tool >/dev/null || { echo "$$tool is needed (docs/deployment.md)"; exit 1; }; done
	@cd ansible && .venv/bin/python -m pytest -q -p no:cacheprovider

test-terraform: ## validate and test terraform/; needs no account
	@terraform -chdir=terraform fmt -check -recursive
	@data=$$(mktemp -d); trap 'rm -r "$$data"' EXIT; export TF_DATA_DIR=$$data CHECKPOINT_DISABLE=1; \
	  terraform -chdir=terraform init -backend=false -input=false >/dev/null && terraform -chdir=terraform validate && terraform -chdir=terraform test -no-color

lint-deploy: $(DEPLOYER) ## every linter, on Ansible and the deployment programs
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
