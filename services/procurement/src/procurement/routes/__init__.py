"""The addresses of procurement: HTTP in, one call, HTTP out."""

from procurement.routes import awards, bids, lots, scoring, tenders

routers = (scoring.router, tenders.router, bids.router, lots.router, awards.router)
