# Train, judge and publish a model
.PHONY: train train-quick evaluate evaluate-perturbed audit promote figures model-card leaks gate patterns

train: $(VENV) ## train the model on DATA_DIR and log it to mlruns/ or MLFLOW_TRACKING_URI; an interrupted run resumes
	@PYTHONPATH=$(TRAINING)/src $(PYTHON) -m pneumoscope_training train --data "$(DATA_DIR)" $(if $(MLFLOW_TRACKING_URI),,--mlruns mlruns) --cache $(TRAINING)/build/checkpoints

# The same code from end to end, on few films and for few steps.
train-quick: $(VENV) ## do all that `make train` does in two minutes; the model in modelserver/training/build/quick is useless
	@rm -rf $(TRAINING)/build/quick && mkdir -p $(TRAINING)/build/quick
	@PYTHONPATH=$(TRAINING)/src $(PYTHON) -m pneumoscope_training train --data "$(DATA_DIR)" --mlruns $(TRAINING)/build/quick/mlruns \
	  --cache $(TRAINING)/build/quick --steps 40 --limit-films 200

# The folder of films to judge a model on. It may be the folder that the model was
# trained on, which has splits for both.
DATA   ?= $(DATA_DIR)
# The model to judge, and the store that holds it and in which it is promoted.
MODEL  ?= models:/pneumonia@champion
MLRUNS ?= mlruns
JUDGE  = PYTHONPATH=$(TRAINING)/src $(PYTHON) -m pneumoscope_training
JUDGED = --data "$(DATA)" --mlruns "$(MLRUNS)" --model "$(MODEL)" $(if $(SPLIT),--split "$(SPLIT)")

evaluate: $(VENV) ## a model's figures per source over DATA, with plots and errors (MODEL= MLRUNS= SPLIT= POSITIVE= OUT= JSON=); URL= asks a running server
	@$(JUDGE) evaluate $(JUDGED) $(if $(wildcard $(DATA_DIR)/manifest.csv),--train "$(DATA_DIR)") $(foreach class,$(POSITIVE),--positive "$(class)") \
	  $(if $(URL),--url "$(URL)") $(if $(OUT),--out "$(OUT)") $(if $(JSON),--json "$(JSON)")

evaluate-perturbed: $(VENV) ## what altered frames and exposures cost at the stored thresholds, per source
	@$(JUDGE) evaluate-perturbed $(JUDGED) $(if $(JSON),--json "$(JSON)")

audit: $(VENV) ## how well shortcuts score, how much the model relies on them, whether its map is faithful, what leaks (MODEL= JSON=)
	@$(JUDGE) audit $(JUDGED) $(if $(JSON),--json "$(JSON)")

ifneq (,$(and $(filter promote,$(MAKECMDGOALS)),$(GIVEN_VERSION)))
$(error use MODEL_VERSION=$(VERSION): VERSION is a version of images and deployments)
endif
promote: $(VENV) ## make MODEL_VERSION= (default: the newest) the champion if it is better by the rule in docs/model-card.md (MLRUNS=)
	@$(JUDGE) promote --data "$(DATA)" --mlruns "$(MLRUNS)" $(if $(MODEL_VERSION),--version "$(MODEL_VERSION)")

figures: $(VENV) ## measure the champion over DATA_DIR's validation films again and fill in the model card; four minutes
	@$(MAKE) --no-print-directory evaluate JSON=docs/figures/evaluation.json
	@$(MAKE) --no-print-directory evaluate-perturbed JSON=docs/figures/perturbed.json
	@$(MAKE) --no-print-directory audit JSON=docs/figures/audit.json
	@$(MAKE) --no-print-directory model-card

model-card: $(VENV) ## fill in the figures of docs/model-card.md from docs/figures/
	@$(JUDGE) model-card --page docs/model-card.md --figures docs/figures

leaks: $(VENV) ## list patients, files and pictures of DATA that are in two splits or under two labels
	@$(JUDGE) leaks --data "$(DATA)"

gate: ## print what the frontend's gate accepts and refuses, over DATA_DIR
	@CGO_ENABLED=0 go test -count=1 -v -run 'TestTheGate' ./frontend/internal/xray $(QUIETLY)

patterns: ## fit the gate's patterns to the training films of DATA_DIR again
	@CGO_ENABLED=0 go run ./frontend/internal/chest/fit "$(DATA_DIR)" frontend/internal/chest/patterns.bin
