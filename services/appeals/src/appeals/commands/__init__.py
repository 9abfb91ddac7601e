"""What changes appeals: load, decide by the rules, write, and enter it in the journal, in one transaction."""
