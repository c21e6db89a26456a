"""The training models as data: their form, their text and its lines, what is wrong with one, those that are shipped."""
