"""A teacher is away: who can stand in, who is asked and answers, what else can be done."""
