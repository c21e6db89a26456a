"""People with voices of their own in the real product: who hears whom, measured at what their pages let sound."""
