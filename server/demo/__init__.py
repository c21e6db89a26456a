"""A believable training house for whoever looks at Oppitupa for the first time, built by its own acts alone."""
