# `make` lists the targets. `make run` and `make test` need no setup: they fetch
# TensorFlow's library and build what they use. The targets are in mk/, by theme.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help

# Films to train on, and for the tests that need real ones.
DATA_DIR ?= ../shared/data
export DATA_DIR

# TensorFlow's C library, which one package of the model server links with.
TENSORFLOW := $(CURDIR)/.tensorflow/2.18.1
export CGO_ENABLED := 1
export CGO_CFLAGS  := -I$(TENSORFLOW)/include
export CGO_LDFLAGS := -L$(TENSORFLOW) -ltensorflow_framework -Wl,-rpath,$(TENSORFLOW)

# The training package, and its Python with TensorFlow and the real MLflow.
TRAINING := modelserver/training
PYTHON   := $(TRAINING)/.venv/bin/python
# This is a stamp file. The interpreter itself is a link to the system's, so its age
# says nothing about the environment.
VENV     := $(TRAINING)/.venv/.installed
# The programs that compare our server with the real MLflow.
DIFFERENTIAL := modelserver/differential

# The version of images and deployments only; MODEL_VERSION is a version of the model.
# GIVEN_VERSION is empty unless the caller set it.
VERSION ?= dev
GIVEN_VERSION = $(if $(filter command line environment,$(origin VERSION)),$(VERSION))

# The commit that binaries and images are built from: it names and dates them.
export REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

# Leaves out the lines that go test prints when a subtest starts, pauses and continues.
QUIETLY = | grep -vE '^=== (RUN|PAUSE|CONT|NAME)'; exit $${PIPESTATUS[0]}

# make ignores a misspelt variable, so mk/names looks for one. Without variables on the
# command line there is no check and no delay.
GIVEN    := $(foreach name,$(.VARIABLES),$(if $(filter command line,$(origin $(name))),$(name)))
MISSPELT := $(if $(GIVEN),$(shell mk/names $(GIVEN)))
$(if $(MISSPELT),$(error $(MISSPELT)))

# The first line of each file is its title in the list.
THEMES := build test lint training bench images deploy
FIRST  := run test up deploy train bench
help: ## print this list
	@echo "Start with one of these"; for target in $(FIRST); do \
	  printf '  %-20s %s\n' $$target "$$(sed -n "s/^$$target:.*## //p" $(THEMES:%=mk/%.mk))"; done
	@awk 'FNR == 1 { sub(/^# /, ""); printf "\n%s\n", $$0 } \
	  /^[a-z0-9-]+:.*## / { name = $$0; sub(/:.*/, "", name); sub(/.*## /, ""); printf "  %-20s %s\n", name, $$0 }' \
	  $(THEMES:%=mk/%.mk)
	@echo; echo "Settings are given as NAME=VALUE: make images VERSION=v1"

include mk/python.mk $(THEMES:%=mk/%.mk)
