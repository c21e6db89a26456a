"""From the plan to a problem, from a search to a proposal, from a proposal to lessons."""
