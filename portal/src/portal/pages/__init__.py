"""The pages, one file to a room."""

from portal.pages import assets, home

# What begins with a language comes last, so that it catches nothing else.
ROUTERS = (assets.router, home.root, home.router)
