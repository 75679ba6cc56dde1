# Python environments, each installed once and again when its list changes

# Triton's client and Schemathesis have environments of their own: training needs
# neither.
CLIENTS      := internal/e2e/clients/.venv/.installed
SCHEMATHESIS := internal/e2e/schemathesis/.venv/.installed

# 250 MB to download.
$(VENV): $(TRAINING)/requirements.lock
	@mk/tools venv
	@echo "training: installing TensorFlow 2.18.1 and MLflow 3.17.2 into $(TRAINING)/.venv"
	@rm -rf $(TRAINING)/.venv && python3 -m venv $(TRAINING)/.venv
	@$(TRAINING)/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(CLIENTS): internal/e2e/clients/requirements.lock
	@mk/tools venv
	@echo "end-to-end tests: installing Triton's client into $(dir $@)"
	@rm -rf $(dir $@) && python3 -m venv $(dir $@)
	@$(dir $@)bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(SCHEMATHESIS): internal/e2e/schemathesis/requirements.lock
	@mk/tools venv
	@echo "test of the API: installing Schemathesis into $(dir $@)"
	@rm -rf $(dir $@) && python3 -m venv $(dir $@)
	@$(dir $@)bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
