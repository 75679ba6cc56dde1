"""Deploys Pneumoscope: Terraform makes the instances, Ansible puts the services on them."""
