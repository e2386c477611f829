"""Experiments of the project, and how to look into what they found."""
