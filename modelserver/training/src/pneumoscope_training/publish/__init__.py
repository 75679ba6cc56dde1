"""What leaves the training: the run in MLflow with the SavedModel, golden.json and card.json, the promotion to
champion, and docs/model-card.md.

The top layer: `pipeline` joins `data`, `train` and `judge`.
"""
