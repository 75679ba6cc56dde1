"""From a trained network to a published model: the run in MLflow with the SavedModel, golden.json and card.json, the
promotion to champion, and docs/model-card.md.

This is the top layer: `pipeline` uses `data`, `train` and `judge`.
"""
