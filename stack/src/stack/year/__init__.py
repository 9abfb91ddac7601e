"""A synthetic year: invented people and bodies at work, played through the services' own addresses.

Nothing is written but by requests that anybody could send, at the legal time at which they would have been sent, so
every rule, journal entry and sweep is the real one. Everything is marked as synthetic, and drawn from a seed.
"""
