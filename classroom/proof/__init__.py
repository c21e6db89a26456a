"""The proof: one chain a programme over its signed registers, sealed, exported, and checked without us."""
