"""Timetables: the wishes and rules, the search for a good one, and a judge that knows nothing of the search."""
