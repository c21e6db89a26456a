"""Times between a person and a member of staff: booked, offered, entered, handed on."""
