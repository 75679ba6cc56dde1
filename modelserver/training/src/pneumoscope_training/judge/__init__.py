"""Measures how good a model is: calibration and operating points, figures per source, perturbed films, the audit, and
their pages and tables.

This subpackage imports `data` only, and works on any logged model or model server. How the model was trained does
not matter.
"""
