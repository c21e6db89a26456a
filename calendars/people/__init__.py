"""Who learns and who teaches: what is known of a person, how she comes in, her seat, her own length."""
