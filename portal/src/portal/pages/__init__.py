"""The pages, one file to a room."""

from portal.pages import (
    about,
    agencies,
    appeal,
    appeals,
    assets,
    awards,
    complaints,
    drafts,
    home,
    lots,
    parties,
    receipts,
    register,
    verify,
)

# What begins with a language comes last, so that it catches nothing else.
ROUTERS = (
    verify.download,
    assets.router,
    about.router,
    agencies.router,
    appeals.router,
    appeal.router,
    awards.router,
    complaints.router,
    drafts.router,
    home.root,
    home.router,
    lots.router,
    parties.router,
    receipts.router,
    register.router,
    verify.router,
)
