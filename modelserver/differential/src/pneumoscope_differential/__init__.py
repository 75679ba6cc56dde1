"""Sends the same random requests to the model server and to MLflow's own, and compares the answers."""
