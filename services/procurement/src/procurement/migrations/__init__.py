"""The schema of procurement, step by step; the journal's and its neighbours' steps are servicekit's."""
