"""Training: fit the sources, replay the past through the engine, fit the ranker on what it saw, judge, publish."""
