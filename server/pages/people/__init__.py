"""Who learns and who works here: one person's page, her seats, her way in, what she can do."""
