"""A stand-in for the cloud, on this machine: the deployment is tried with it as it is, without an account."""
