data "aws_ami" "debian" {
  count       = var.ami_id == null ? 1 : 0
  most_recent = true
  owners      = ["136693071363"] # Debian, https://wiki.debian.org/Cloud/AmazonEC2Image

  filter {
    name   = "name"
    values = ["debian-13-amd64-*"]
  }
  filter {
    name   = "architecture"
    values = ["x86_64"]
  }
  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}

locals {
  ami        = var.ami_id == null ? data.aws_ami.debian[0].id : var.ami_id
  login_user = "admin" # in Debian's images

  # The names have a number, because Ansible warns if a host has the name of its group.
  frontends = { "frontend-1" = { role = "frontend", type = var.frontend_instance_type, disk = var.frontend_volume_gb } }
  models    = { for n in range(1, var.model_count + 1) : "model-${n}" => { role = "model", type = var.model_instance_type, disk = var.model_volume_gb } }
  hosts     = merge(local.frontends, local.models)
}

resource "aws_key_pair" "operator" {
  key_name_prefix = "${local.name}-"
  public_key      = trimspace(var.ssh_public_key)
}

resource "aws_instance" "this" {
  for_each               = local.hosts
  ami                    = local.ami
  instance_type          = each.value.type
  key_name               = aws_key_pair.operator.key_name
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.this[each.value.role].id]

  user_data = templatefile("${path.module}/../cloud-init/instance.yaml.tftpl", { hostname = "${local.name}-${each.key}" })
  # Instances read it at the first boot only, so a change replaces the instance.
  user_data_replace_on_change = true

  # One hop, so that containers cannot read the instance's credentials.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = each.value.disk
    encrypted   = true
    tags        = { Name = "${local.name}-${each.key}" }
  }

  tags = { Name = "${local.name}-${each.key}", Role = each.value.role }

  # cloud-init needs internet access when the instance boots.
  depends_on = [aws_route_table_association.public, aws_vpc_security_group_egress_rule.all]

  lifecycle {
    # A newer image must not replace running instances.
    ignore_changes = [ami]
  }
}

# These addresses stay the same when an instance is stopped or replaced.
resource "aws_eip" "this" {
  for_each   = local.hosts
  domain     = "vpc"
  instance   = aws_instance.this[each.key].id
  tags       = { Name = "${local.name}-${each.key}" }
  depends_on = [aws_internet_gateway.this]
}
