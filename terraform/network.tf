data "aws_availability_zones" "available" {
  state = "available"

  # Local Zones and Wavelength Zones need an opt-in and do not support ordinary elastic addresses.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

# Not every zone has every instance type: one zone of us-east-1 has no t3, and its letter
# differs between accounts.
data "aws_ec2_instance_type_offerings" "zones" {
  for_each      = toset([var.frontend_instance_type, var.model_instance_type])
  location_type = "availability-zone"

  filter {
    name   = "instance-type"
    values = [each.key]
  }
}

locals {
  name = "${var.project}-${var.environment}"
  zones = sort(setintersection(
    data.aws_availability_zones.available.names,
    [for o in data.aws_ec2_instance_type_offerings.zones : o.locations]...
  ))
  zone = coalesce(var.availability_zone, try(local.zones[0], null))
}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_hostnames = true
  tags                 = { Name = local.name }
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.vpc_cidr, 24 - tonumber(split("/", var.vpc_cidr)[1]), 0)
  availability_zone = local.zone
  # cloud-init downloads packages before the elastic address is associated.
  map_public_ip_on_launch = true
  tags                    = { Name = "${local.name}-public" }

  lifecycle {
    # A zone that AWS adds must not move the subnet.
    ignore_changes = [availability_zone]
  }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = local.name }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-public" }

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

# By default the members of the VPC's default group can reach each other. Without rules
# they cannot.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-unused" }
}
