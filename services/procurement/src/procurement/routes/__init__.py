"""The addresses of procurement: HTTP in, one call, HTTP out."""

from procurement.queries import sight
from procurement.routes import (
    awards,
    bids,
    complaints,
    contracts,
    discussions,
    flags,
    lots,
    ocds,
    pictures,
    plans,
    prices,
    scoring,
    tenders,
)
from servicekit.receipts import ReceiptOf

routers = (
    scoring.router,
    plans.router,
    tenders.router,
    discussions.router,
    bids.router,
    lots.router,
    complaints.router,
    awards.router,
    contracts.router,
    prices.router,
    pictures.router,
    ocds.router,
    flags.router,
)
RECEIPTS = (
    ReceiptOf("/plans/{object_id}", "read_plan_receipt", sight.see_plan),
    ReceiptOf("/tenders/{object_id}", "read_tender_receipt", sight.see_tender),
    ReceiptOf("/bids/{object_id}", "read_bid_receipt", sight.see_bid),
    ReceiptOf("/lots/{object_id}", "read_lot_receipt", sight.see_lot),
    ReceiptOf("/award-complaints/{object_id}", "read_award_complaint_receipt", sight.see_complaint),
    ReceiptOf("/awards/{object_id}", "read_award_receipt", sight.see_award),
    ReceiptOf("/contracts/{object_id}", "read_contract_receipt", sight.see_contract),
)
