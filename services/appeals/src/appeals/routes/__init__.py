"""The addresses of appeals: HTTP in, one call, HTTP out."""

from appeals.routes import agencies, appeals, attachments, clocks, procedure, statistics

ROUTERS = [
    *(agencies.router, appeals.router, clocks.router, procedure.router),
    *(attachments.router, statistics.router),
]
