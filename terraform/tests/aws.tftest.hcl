# Runs with a mock provider that only makes up ids: no credentials, no network.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1e"] }
  }
  mock_data "aws_ec2_instance_type_offerings" {
    defaults = { locations = ["us-east-1b", "us-east-1a"] }
  }
  mock_data "aws_ami" {
    defaults = { id = "ami-00000000000000001" }
  }
}

variables {
  operator_cidrs = ["203.0.113.7/32"]
  ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAITEST test"
}

run "instances_are_what_was_promised" {
  command = plan

  assert {
    condition     = { for k, i in aws_instance.this : k => i.instance_type } == { "frontend-1" = "t3.small", "model-1" = "t3.medium" }
    error_message = "want a t3.small for the frontend, and a model server with 4 GB"
  }
  assert {
    condition     = alltrue([for i in aws_instance.this : i.metadata_options[0].http_tokens == "required" && i.metadata_options[0].http_put_response_hop_limit == 1])
    error_message = "the metadata service must ask for a token, one hop away"
  }
  assert {
    condition     = alltrue([for i in aws_instance.this : i.root_block_device[0].encrypted && i.root_block_device[0].volume_type == "gp3"])
    error_message = "root volumes must be encrypted gp3"
  }
  assert {
    condition     = alltrue([for i in aws_instance.this : i.user_data_replace_on_change])
    error_message = "changed user data must replace the instance"
  }
  assert {
    condition     = keys(aws_eip.this) == keys(aws_instance.this)
    error_message = "every instance needs a permanent address"
  }
  assert {
    condition     = alltrue([for k, i in aws_instance.this : i.tags.Name == "pneumoscope-dev-${k}" && contains(["frontend", "model"], i.tags.Role)])
    error_message = "instances must have the tags Name and Role"
  }
  assert {
    condition     = aws_subnet.public.availability_zone == "us-east-1a" && aws_subnet.public.cidr_block == "10.20.0.0/24"
    error_message = "want the first zone that has both types, and a /24"
  }
}

run "user_data_brings_docker_and_nothing_else" {
  command = plan

  assert {
    condition     = alltrue([for i in aws_instance.this : startswith(i.user_data, "#cloud-config\n") && yamldecode(i.user_data).packages == ["docker.io"]])
    error_message = "user data must be cloud-config that installs Docker only"
  }
  assert {
    condition     = yamldecode(aws_instance.this["model-1"].user_data).hostname == "pneumoscope-dev-model-1"
    error_message = "an instance's host name must be its tag Name"
  }
  assert {
    condition     = alltrue([for i in aws_instance.this : length(i.user_data) < 16384])
    error_message = "EC2 takes 16 KB of user data"
  }
}

run "only_what_is_meant_is_open" {
  command = apply

  assert {
    condition = toset([for r in aws_vpc_security_group_ingress_rule.ranges : "${r.tags.Name} :${r.from_port}-${r.to_port}/${r.ip_protocol}"]) == toset([
      "frontend ssh 203.0.113.7/32 :22-22/tcp", "model ssh 203.0.113.7/32 :22-22/tcp", "frontend http 0.0.0.0/0 :80-80/tcp"
    ])
    error_message = "want only SSH for the operator and the page for everybody"
  }
  assert {
    condition     = alltrue([for r in aws_vpc_security_group_ingress_rule.ranges : r.cidr_ipv4 != "0.0.0.0/0" || r.from_port == 80])
    error_message = "only the page may be open to the internet"
  }
  assert {
    condition     = [for r in aws_vpc_security_group_ingress_rule.frontend : r.from_port] == [8000] && aws_vpc_security_group_ingress_rule.frontend["predictions"].referenced_security_group_id == aws_security_group.this["frontend"].id
    error_message = "the model's port, and nothing else, must be open to the frontend's group"
  }
  assert {
    condition     = alltrue([for r in aws_vpc_security_group_ingress_rule.frontend : r.cidr_ipv4 == null && r.security_group_id == aws_security_group.this["model"].id])
    error_message = "the frontend reaches the model servers by its group"
  }
}

run "what_is_switched_on_opens_its_port" {
  command = apply
  variables {
    domain            = "films.example.org"
    monitoring        = true
    model_extra_cidrs = ["198.51.100.0/24"]
    http_cidrs        = ["192.0.2.0/24"]
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.ranges["frontend https 192.0.2.0/24"].to_port == 443
    error_message = "a domain must open 443"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.frontend["metrics"].to_port == 8001
    error_message = "Prometheus must reach the model servers' metrics"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.ranges["model 198.51.100.0/24"].to_port == 8000
    error_message = "the model's port must be open to the extra range"
  }
  assert {
    condition     = output.frontend_url == "https://films.example.org/"
    error_message = "the page's URL must have the domain"
  }
}

run "the_inventory_is_whole" {
  command = apply
  variables {
    model_count = 3
    environment = "prod"
  }

  assert {
    condition     = keys(output.ansible_inventory.all.children.model.hosts) == ["model-1", "model-2", "model-3"]
    error_message = "want every model server in the inventory"
  }
  assert {
    condition = alltrue([for name, host in merge(output.ansible_inventory.all.children.model.hosts, output.ansible_inventory.all.children.frontend.hosts) :
      host.ansible_host == aws_eip.this[name].public_ip && host.private_ip == aws_instance.this[name].private_ip && host.instance_id == aws_instance.this[name].id
    ])
    error_message = "hosts must have their own addresses"
  }
  assert {
    condition     = output.ansible_inventory.all.vars.ansible_user == "admin" && output.ansible_inventory.all.vars.model_port == 8000 && output.ansible_inventory.all.vars.domain == ""
    error_message = "Ansible must know the login user, the model's port, and that there is no domain"
  }
  assert {
    condition     = output.ssh_commands["model-2"] == "ssh admin@${aws_eip.this["model-2"].public_ip}"
    error_message = "want a command that logs in"
  }
}

run "an_image_can_be_pinned" {
  # With its own state, because running instances keep their image.
  state_key = "pinned"
  command   = plan
  variables {
    ami_id = "ami-0123456789abcdef0"
  }

  assert {
    condition     = alltrue([for i in aws_instance.this : i.ami == "ami-0123456789abcdef0"])
    error_message = "want the configured image"
  }
}
