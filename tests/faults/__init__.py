"""The house under fault: real processes that are killed, starved and flooded, and real clients that go through it."""
