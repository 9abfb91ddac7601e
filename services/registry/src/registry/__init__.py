"""The registry: enforcement proceedings, and who is a debtor while one is open.

A debtor exists only through an open proceeding, so entry and removal happen in the transaction that opens or closes it.
"""
