"""What was lived: rooms, visits, evidence, the register and the report."""
