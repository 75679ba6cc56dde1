"""Trains the pneumonia network on chest radiographs and logs it with MLflow."""

import os

# TensorFlow and MLflow read these once, at their own import, so they must be set before either is imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # off by default on some processors; a third faster here
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # the committed mlruns/ is a file store on purpose
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
