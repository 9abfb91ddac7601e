"""Questions about procurement, each one SELECT."""
