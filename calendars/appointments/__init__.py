"""Everything between a person and a member of staff that is no lesson: talks, interviews, tutoring by the minute."""
