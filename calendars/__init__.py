"""What is promised: programmes, days, groups, lessons, and the cellar that the whole house stands on."""
