"""The addresses of drafts and what is said of them: HTTP in, one call, HTTP out."""

from legal_acts.routes import comments, drafts, opinions, texts

ROUTERS = (drafts.router, texts.router, comments.router, opinions.router)
