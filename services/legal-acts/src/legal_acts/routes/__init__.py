"""The addresses of drafts and what is said of them: HTTP in, one call, HTTP out."""

from legal_acts import queries
from legal_acts.routes import comments, drafts, opinions, texts
from servicekit.receipts import ReceiptOf

ROUTERS = (drafts.router, texts.router, comments.router, opinions.router)
RECEIPTS = (
    ReceiptOf("/drafts/{object_id}", "read_draft_receipt", queries.see_draft),
    ReceiptOf("/drafts/{object_id}/report", "read_report_receipt", queries.see_report),
    ReceiptOf("/comments/{object_id}", "read_comment_receipt", queries.see_comment),
    ReceiptOf("/opinions/{object_id}", "read_opinion_receipt", queries.see_opinion),
)
