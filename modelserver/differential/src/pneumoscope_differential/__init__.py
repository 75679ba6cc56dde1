"""The same random requests to the model server and to MLflow's own, and a comparison of the answers."""
