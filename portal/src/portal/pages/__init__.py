"""The pages, one file to a room."""

from portal.pages import appeal, appeals, assets, awards, complaints, home, lots, parties, verify

# What begins with a language comes last, so that it catches nothing else.
ROUTERS = (
    verify.download,
    assets.router,
    appeals.router,
    appeal.router,
    awards.router,
    complaints.router,
    home.root,
    home.router,
    lots.router,
    parties.router,
    verify.router,
)
