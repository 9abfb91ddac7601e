"""What changes proceedings and the register: load, decide by the rules, write, enter it in the journal, and tell.

The register changes in the transaction that changes a proceeding's status, and in no other.
"""
