"""Video rooms behind one interface."""
