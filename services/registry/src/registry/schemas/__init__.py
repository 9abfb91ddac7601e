"""The JSON shapes of proceedings and of the register: the public contract."""
