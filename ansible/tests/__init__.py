"""Tests of what an operator sees of `make deploy`. `make test-cloud` tests whole deployments."""
