"""The house itself: its name and hours, and the six steps from nothing to a programme that runs."""
