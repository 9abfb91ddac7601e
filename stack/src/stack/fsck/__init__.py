"""`ashyq fsck`: everything about a journal is worked out anew, from what anybody can read of it."""
