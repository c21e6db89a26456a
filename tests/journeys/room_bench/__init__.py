"""A thin bench for the room's engine: signalling as the product speaks it, one page, nothing else of the product."""
