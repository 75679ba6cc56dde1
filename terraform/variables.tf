# Access. These two have no default, because only the operator knows them.

variable "operator_cidrs" {
  type        = set(string)
  description = "IPv4 ranges that may use SSH, such as [\"203.0.113.7/32\"] for one address; each /16 or narrower."
  nullable    = false

  validation {
    condition     = length(var.operator_cidrs) > 0 && alltrue([for c in var.operator_cidrs : can(cidrnetmask(c))])
    error_message = "operator_cidrs: want one or more IPv4 ranges, such as [\"203.0.113.7/32\"]; https://checkip.amazonaws.com prints your own address."
  }
  validation {
    # Wider ranges could open SSH to the whole internet, even in two halves.
    condition     = alltrue([for c in var.operator_cidrs : try(tonumber(split("/", c)[1]) >= 16, true)])
    error_message = "operator_cidrs: SSH must not be open to the internet: want ranges of /16 or narrower, ideally a /32."
  }
}

variable "ssh_public_key" {
  type        = string
  description = "OpenSSH public key (ed25519 or rsa) for logging in to the instances: the line of a file such as ~/.ssh/id_ed25519.pub."
  nullable    = false

  validation {
    condition     = can(regex("^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]+=* ?[^\\n]*\\n?$", var.ssh_public_key))
    error_message = "ssh_public_key: want the line of an ed25519 or rsa public key, the types that EC2 accepts, such as the line of ~/.ssh/id_ed25519.pub (ssh-keygen -t ed25519 creates one)."
  }
}

# Place and name.

variable "region" {
  type        = string
  description = "AWS region of all resources."
  default     = "us-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region: want a region's code, such as us-east-1."
  }
}

variable "project" {
  type        = string
  description = "First part of every name, and the tag Project."
  default     = "pneumoscope"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.project))
    error_message = "project: want 2 to 31 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "environment" {
  type        = string
  description = "The tag Environment, and the second part of every name. It keeps the environments of one account apart."
  default     = "dev"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,11}$", var.environment))
    error_message = "environment: want 1 to 12 lower-case letters and digits, a letter first, such as dev or prod."
  }
}

variable "tags" {
  type        = map(string)
  description = "Additional tags for all resources that support tags."
  default     = {}
  nullable    = false
}

variable "vpc_cidr" {
  type        = string
  description = "Private IPv4 range of the network; each subnet is a /24 of it."
  default     = "10.20.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 24, false)
    error_message = "vpc_cidr: want an IPv4 range from /16 to /24, such as 10.20.0.0/16."
  }
}

variable "availability_zone" {
  type        = string
  description = "Zone of the instances; null: the first one that has both instance types."
  default     = null
}

# Instances.

variable "frontend_instance_type" {
  type        = string
  description = "Instance type of the frontend (x86-64, 2 GB or more)."
  default     = "t3.small"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", var.frontend_instance_type))
    error_message = "frontend_instance_type: want an instance type such as t3.small."
  }
}

variable "model_instance_type" {
  type        = string
  description = "Instance type of each model server (x86-64, 4 GB or more, because two versions of the model are in memory during an upgrade)."
  default     = "t3.medium"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", var.model_instance_type))
    error_message = "model_instance_type: want an instance type such as t3.medium."
  }
}

variable "model_count" {
  type        = number
  description = "Number of model servers."
  default     = 1
  nullable    = false

  validation {
    condition     = var.model_count >= 1 && var.model_count <= 9 && floor(var.model_count) == var.model_count
    error_message = "model_count: want a whole number from 1 to 9."
  }
}

variable "frontend_volume_gb" {
  type        = number
  description = "Root volume of the frontend, in GB."
  default     = 20
  nullable    = false

  validation {
    condition     = var.frontend_volume_gb >= 10 && var.frontend_volume_gb <= 1000
    error_message = "frontend_volume_gb: want 10 to 1000."
  }
}

variable "model_volume_gb" {
  type        = number
  description = "Root volume of each model server, in GB."
  default     = 30
  nullable    = false

  validation {
    condition     = var.model_volume_gb >= 10 && var.model_volume_gb <= 1000
    error_message = "model_volume_gb: want 10 to 1000."
  }
}

variable "ami_id" {
  type        = string
  description = "Image of the instances; null: the newest Debian 13 when an instance is created. Running instances keep theirs."
  default     = null

  validation {
    condition     = var.ami_id == null || can(regex("^ami-[0-9a-f]{8,17}$", var.ami_id))
    error_message = "ami_id: want an image's id, such as ami-0123456789abcdef0, or null."
  }
}

# Open ports.

variable "http_cidrs" {
  type        = set(string)
  description = "IPv4 ranges that may open the page."
  default     = ["0.0.0.0/0"]
  nullable    = false

  validation {
    condition     = length(var.http_cidrs) > 0 && alltrue([for c in var.http_cidrs : can(cidrnetmask(c))])
    error_message = "http_cidrs: want one or more IPv4 ranges, such as [\"0.0.0.0/0\"]."
  }
}

variable "model_port" {
  type        = number
  description = "Port of the model servers, open to the frontend and model_extra_cidrs only."
  default     = 8000
  nullable    = false

  validation {
    condition     = var.model_port >= 1024 && var.model_port <= 65535 && floor(var.model_port) == var.model_port
    error_message = "model_port: want a port from 1024 to 65535."
  }
}

variable "model_extra_cidrs" {
  type        = set(string)
  description = "IPv4 ranges that may call the model servers directly. Require a token before you open it."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for c in var.model_extra_cidrs : can(cidrnetmask(c))])
    error_message = "model_extra_cidrs: want IPv4 ranges, such as [\"203.0.113.0/24\"]."
  }
}

variable "domain" {
  type        = string
  description = "Domain name of the frontend, for HTTPS; null: port 443 stays closed."
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain: want a host name such as films.example.org, without https://."
  }
}

variable "monitoring" {
  type        = bool
  description = "Run Prometheus on the frontend's instance, and open the model servers' admin port to that instance."
  default     = false
  nullable    = false
}

variable "model_admin_port" {
  type        = number
  description = "Port of the model servers' metrics and probes."
  default     = 8001
  nullable    = false

  validation {
    condition     = var.model_admin_port >= 1024 && var.model_admin_port <= 65535 && var.model_admin_port != var.model_port
    error_message = "model_admin_port: want a port from 1024 to 65535, different from model_port."
  }
}
