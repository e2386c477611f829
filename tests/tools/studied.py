"""Settings with which studies take seconds."""

SETTINGS = {
    "examples": {"windows": 3, "occasions": 120, "pages": 120, "min_positives": 10, "warmup": 0.2},
    "rankers": {"boosted_trees": {"trees": 3}},
    "source": {"als": {"epochs": 1}},
}
