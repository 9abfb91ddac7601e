"""Legal acts: drafts, what the public says about each clause, and the answers that are owed."""
