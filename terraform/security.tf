locals {
  roles = toset(["frontend", "model"])

  # Ports that are open to ranges of addresses, one rule for each.
  open_to_ranges = merge(
    { for p in setproduct(local.roles, var.operator_cidrs) : "${p[0]} ssh ${p[1]}" => { role = p[0], port = 22, range = p[1], why = "SSH from the operator" } },
    { for c in var.http_cidrs : "frontend http ${c}" => { role = "frontend", port = 80, range = c, why = "The page" } },
    { for c in var.http_cidrs : "frontend https ${c}" => { role = "frontend", port = 443, range = c, why = "The page" } if var.domain != null },
    { for c in var.model_extra_cidrs : "model ${c}" => { role = "model", port = var.model_port, range = c, why = "Predictions without the page" } },
  )

  # Ports that are open to the frontend's instance only.
  open_to_frontend = merge(
    { predictions = var.model_port },
    var.monitoring ? { metrics = var.model_admin_port } : {},
  )
}

resource "aws_security_group" "this" {
  for_each    = local.roles
  name_prefix = "${local.name}-${each.key}-"
  description = "${local.name}: ${each.key}"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${local.name}-${each.key}" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "ranges" {
  for_each          = local.open_to_ranges
  security_group_id = aws_security_group.this[each.value.role].id
  description       = each.value.why
  cidr_ipv4         = each.value.range
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  tags              = { Name = each.key }
}

# This rule names the frontend's group, not its address, so that it also holds for a replaced frontend.
resource "aws_vpc_security_group_ingress_rule" "frontend" {
  for_each                     = local.open_to_frontend
  security_group_id            = aws_security_group.this["model"].id
  referenced_security_group_id = aws_security_group.this["frontend"].id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
  tags                         = { Name = "frontend ${each.key}" }
}

resource "aws_vpc_security_group_egress_rule" "all" {
  for_each          = local.roles
  security_group_id = aws_security_group.this[each.key].id
  description       = "Images and security updates"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
  tags              = { Name = "${each.key} out" }
}
