"""A witness of logs: it cosigns what extends what it saw before, and refuses the rest."""
