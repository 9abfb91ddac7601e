"""The JSON shapes of drafts and what is said of them: the public contract."""
