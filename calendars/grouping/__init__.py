"""Small groups from learners by field, level, common free time, distance and wishes: pure, as contract.md has it."""
