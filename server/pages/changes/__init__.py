"""Changes of the plan laid before whoever plans: before and after, made, undone, told."""
