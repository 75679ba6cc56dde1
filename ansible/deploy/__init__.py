"""The program behind `make deploy`: Terraform creates the instances, Ansible puts the services on them.

- `__main__`: the commands
- `settings`: the DEPLOY_… variables
- `preflight`, `registry`: find problems before anything is created
- `terraform`, `playbook`, `process`: run Terraform and Ansible
- `smoke`: scores one film afterwards
"""
