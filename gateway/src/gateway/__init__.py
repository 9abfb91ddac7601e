"""The public door: which way a request goes, who is asking, and one description of all of it.

It has no database and knows no rules.
"""
