output "region" {
  description = "Where all of it is. It depends on nothing, so that it is known even when making the rest has failed."
  value       = var.region
}

output "frontend_url" {
  description = "Where the page is."
  value       = var.domain == null ? "http://${aws_eip.this["frontend-1"].public_ip}/" : "https://${var.domain}/"
}

output "frontend_public_ip" {
  description = "The frontend's address: what a domain's A record must say."
  value       = aws_eip.this["frontend-1"].public_ip
}

output "model_public_ips" {
  description = "The model servers' addresses, by instance: for SSH, and for predictions from model_extra_cidrs."
  value       = { for name in keys(local.models) : name => aws_eip.this[name].public_ip }
}

output "model_private_ips" {
  description = "Where the frontend reaches the model servers, by instance."
  value       = { for name in keys(local.models) : name => aws_instance.this[name].private_ip }
}

output "ssh_commands" {
  description = "How to log in, by instance."
  value       = { for name in keys(local.hosts) : name => "ssh ${local.login_user}@${aws_eip.this[name].public_ip}" }
}

# What Ansible knows of the instances. It is the whole inventory:
#   terraform output -json ansible_inventory > inventory.json
# ansible_host is the elastic address, which the operator reaches; private_ip is
# the one that the frontend uses. instance_id changes when another instance has
# taken the place of the one with that address, and with it the host key.
output "ansible_inventory" {
  description = "Ansible's inventory: groups frontend and model, addresses, ports and what is switched on."
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
