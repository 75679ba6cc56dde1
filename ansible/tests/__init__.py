"""What an operator notices of `make deploy`; the deployment of everything is tried by `make test-cloud`."""
