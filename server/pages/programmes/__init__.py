"""Programmes: the models they come from, their days counted and looked at before they are made, their houses."""
