"""Films on disk: the manifest and its splits, pixels, leaks between splits, and films to evaluate a model on.

This is the lowest layer: it imports no other subpackage.
"""
