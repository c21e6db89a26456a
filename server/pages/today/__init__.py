"""The first page of each who comes: what is now, what is next, what waits for her."""
