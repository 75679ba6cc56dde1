plugin "terraform" {
  enabled = true
  preset  = "all"
}

# The files are named after what they hold, and there is no main.tf.
rule "terraform_standard_module_structure" {
  enabled = false
}
