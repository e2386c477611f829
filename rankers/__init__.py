"""Rankers of titles and orderers of rows. None imports another."""
