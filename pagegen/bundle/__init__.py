"""Bundles: the parts a homepage is made of, their settings, and fitted models on disk."""
