"""The timetable: a week as it stands, a search for a better one, what has no place and why."""
