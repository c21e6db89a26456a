"""The days of a programme that runs: a break, a day that moves, another end; looked at first, done in one act."""
