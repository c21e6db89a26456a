"""Lessons planned and changed by hand, one or a series."""
