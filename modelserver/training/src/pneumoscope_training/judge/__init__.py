"""What a model is worth: calibration and operating points, figures per source, perturbed films, the audit, and their
pages and tables.

It imports `data` only, and works on any logged model or model server: it does not depend on how a model was trained.
"""
