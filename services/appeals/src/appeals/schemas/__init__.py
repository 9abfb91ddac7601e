"""The JSON shapes of appeals: the public contract."""
