"""What the store stands on: connections of either database, columns, append-only tables, the unit of work."""
