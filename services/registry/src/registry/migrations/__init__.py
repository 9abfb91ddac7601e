"""The schema of the registry, step by step; the journal's and its neighbours' steps are servicekit's."""
