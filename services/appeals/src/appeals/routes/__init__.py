"""The addresses of appeals: HTTP in, one call, HTTP out."""

from appeals.routes import agencies, appeals, procedure, statistics

ROUTERS = [agencies.router, appeals.router, procedure.router, statistics.router]
