"""A planned lesson becomes another: one change, what it touches, one act that publishes and undoes."""
