"""Procurement: tenders with lots, sealed bids, scoring by rule, award, complaint window and contract.

Nobody chooses a winner: at the deadline the bids are opened and scored by the profile that was published with the
tender, and every point is told.
"""
