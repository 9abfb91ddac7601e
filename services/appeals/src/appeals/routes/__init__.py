"""The addresses of appeals: HTTP in, one call, HTTP out."""

from appeals.routes import agencies, appeals, attachments, procedure, statistics

ROUTERS = [agencies.router, appeals.router, procedure.router, attachments.router, statistics.router]
