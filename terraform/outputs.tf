output "region" {
  description = "The deployment's region. It depends on no resource, so it is known even if creating them failed."
  value       = var.region
}

output "frontend_url" {
  description = "URL of the page."
  value       = var.domain == null ? "http://${aws_eip.this["frontend-1"].public_ip}/" : "https://${var.domain}/"
}

output "frontend_public_ip" {
  description = "The frontend's public address, for a domain's A record."
  value       = aws_eip.this["frontend-1"].public_ip
}

output "model_public_ips" {
  description = "The model servers' public addresses by instance, for SSH and for predictions from model_extra_cidrs."
  value       = { for name in keys(local.models) : name => aws_eip.this[name].public_ip }
}

output "model_private_ips" {
  description = "The model servers' private addresses by instance, which the frontend uses."
  value       = { for name in keys(local.models) : name => aws_instance.this[name].private_ip }
}

output "ssh_commands" {
  description = "SSH commands by instance."
  value       = { for name in keys(local.hosts) : name => "ssh ${local.login_user}@${aws_eip.this[name].public_ip}" }
}

# Ansible's whole inventory:
#   terraform output -json ansible_inventory > inventory.json
# The operator uses ansible_host, the elastic address; the frontend uses private_ip.
# When another instance gets the address, both instance_id and the host key change.
output "ansible_inventory" {
  description = "Ansible's inventory: the groups frontend and model, addresses, ports and optional features."
  value = {
    all = {
      vars = {
        ansible_user     = local.login_user
        project          = var.project
        environment_name = var.environment
        region           = var.region
        model_port       = var.model_port
        model_admin_port = var.model_admin_port
        monitoring       = var.monitoring
        domain           = var.domain == null ? "" : var.domain
      }
      children = {
        for role, hosts in { frontend = local.frontends, model = local.models } : role => {
          hosts = {
            for name in keys(hosts) : name => {
              ansible_host = aws_eip.this[name].public_ip
              private_ip   = aws_instance.this[name].private_ip
              instance_id  = aws_instance.this[name].id
            }
          }
        }
      }
    }
  }
}
