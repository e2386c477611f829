"""Candidate sources, one a file. None imports another."""
