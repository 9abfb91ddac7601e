"""Law that several services share, as data and pure functions.

Working days of Kazakhstan, terms and the deadlines they give, dated rule sets, identity numbers and money.
Nothing here reads a clock, a file outside this package or the network: the same input always gives the same answer.
Import the names from the modules: `statute.calendars`, `statute.deadlines`, `statute.identifiers`, `statute.money`,
`statute.rules`, `statute.terms`.
"""
