"""A local stand-in for AWS, so that a deployment can be tested unchanged and without an account.

The API is moto, instances are containers, security groups are netfilter rules. README.md describes the parts.

- `__main__`, `scenario`, `steps`: the commands, and the test that takes a deployment through everything it supports
- `cloud`, `layout`, `server`, `api`, `machines`, `firewall`, `services`: the stand-in itself
- `deployment`, `visitors`, `probe`, `reference_services`: what the scenario uses to deploy, send requests and compare
"""
