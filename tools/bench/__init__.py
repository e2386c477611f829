"""The benchmark: how fast pages are, how many a server gives, what memory it takes, beside the plain way to do it."""
