"""The JSON shapes of procurement: the public contract."""
