"""Red flags over OCDS compiled releases: named rules, their numbers and their peers; the standard library alone."""
