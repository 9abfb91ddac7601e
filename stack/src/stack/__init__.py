"""The `ashyq` command: all of Ashyq on one machine, with its own database and invented people to try it with.

It alone knows every service; nothing imports it.
"""
