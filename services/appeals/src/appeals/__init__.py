"""Appeals to public bodies: filed, forwarded by competence, answered in time or refused by law.

Every step is an act in the journal, and every date comes with the rule and the calendar that gave it.
"""
