"""The addresses of appeals: HTTP in, one call, HTTP out."""

from appeals.routes import (
    agencies,
    anonymous,
    appeals,
    attachments,
    calendars,
    clocks,
    complaints,
    court_file,
    kinds,
    procedure,
    statistics,
)

# What names nobody comes first, since its address could be that of an appeal.
ROUTERS = [
    *(agencies.router, kinds.router, anonymous.router, appeals.router, clocks.router, procedure.router),
    *(calendars.router, attachments.router, complaints.router, court_file.router, statistics.router),
]
RECEIPTS = (*appeals.RECEIPTS, *complaints.RECEIPTS)
