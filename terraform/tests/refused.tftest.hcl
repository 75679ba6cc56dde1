# Mistakes of operators that are refused before anything is created.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a"] }
  }
  mock_data "aws_ec2_instance_type_offerings" {
    defaults = { locations = ["us-east-1a"] }
  }
}

variables {
  operator_cidrs = ["203.0.113.7/32"]
  ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAITEST test"
}

run "ssh_for_the_world" {
  command = plan
  variables {
    operator_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.operator_cidrs]
}

run "ssh_for_half_the_world" {
  command = plan
  variables {
    operator_cidrs = ["203.0.113.7/32", "128.0.0.0/1"]
  }
  expect_failures = [var.operator_cidrs]
}

run "ssh_for_the_world_in_ipv6" {
  command = plan
  variables {
    operator_cidrs = ["::/0"]
  }
  expect_failures = [var.operator_cidrs]
}

run "ssh_for_nobody" {
  command = plan
  variables {
    operator_cidrs = []
  }
  expect_failures = [var.operator_cidrs]
}

run "an_address_without_its_length" {
  command = plan
  variables {
    operator_cidrs = ["203.0.113.7"]
  }
  expect_failures = [var.operator_cidrs]
}

run "a_private_key" {
  command = plan
  variables {
    ssh_public_key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n"
  }
  expect_failures = [var.ssh_public_key]
}

run "a_key_that_ec2_does_not_take" {
  command = plan
  variables {
    ssh_public_key = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAITEST test"
  }
  expect_failures = [var.ssh_public_key]
}

run "the_path_of_a_key" {
  command = plan
  variables {
    ssh_public_key = "~/.ssh/id_ed25519.pub"
  }
  expect_failures = [var.ssh_public_key]
}

run "a_zone_for_a_region" {
  command = plan
  variables {
    region = "us-east-1a"
  }
  expect_failures = [var.region]
}

run "no_model_server" {
  command = plan
  variables {
    model_count = 0
  }
  expect_failures = [var.model_count]
}

run "half_a_model_server" {
  command = plan
  variables {
    model_count = 1.5
  }
  expect_failures = [var.model_count]
}

run "a_network_that_is_too_small" {
  command = plan
  variables {
    vpc_cidr = "10.20.0.0/28"
  }
  expect_failures = [var.vpc_cidr]
}

run "a_url_for_a_domain" {
  command = plan
  variables {
    domain = "https://films.example.org/"
  }
  expect_failures = [var.domain]
}

run "the_model_on_the_port_of_its_metrics" {
  command = plan
  variables {
    model_admin_port = 8000
  }
  expect_failures = [var.model_admin_port]
}

run "the_page_for_nobody" {
  command = plan
  variables {
    http_cidrs = []
  }
  expect_failures = [var.http_cidrs]
}

run "a_name_with_blanks" {
  command = plan
  variables {
    project = "my project"
  }
  expect_failures = [var.project]
}

run "an_image_by_its_name" {
  command = plan
  variables {
    ami_id = "debian-13"
  }
  expect_failures = [var.ami_id]
}
