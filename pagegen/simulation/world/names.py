"""Invented names: directors, players and titles that no one has made. Any likeness to a living person is chance."""

from typing import Final

import numpy as np

FIRST: Final = (
    "Alva", "Bento", "Caro", "Dagny", "Eiko", "Falk", "Gisa", "Haru", "Ingrun", "Jorun", "Kaito", "Livia", "Mirela",
    "Nilo", "Oriel", "Pilar", "Quim", "Runa", "Sunniva", "Tadao", "Ulla", "Vasco", "Wanda", "Xenia", "Yuna", "Zeno",
    "Aslaug", "Benigna", "Caetana", "Dorte", "Emiko", "Frode", "Gunvor", "Hiroko", "Iara", "Jandira",
)  # fmt: skip
LAST: Final = (
    "Aldermoor", "Brattvik", "Carvalhal", "Dunmark", "Eikeland", "Ferrazo", "Grimsdal", "Hoshimura", "Ibaraki",
    "Jarlsby", "Kuromatsu", "Lindvang", "Morvane", "Nakasato", "Oldervik", "Pontelo", "Quintares", "Ravnholt",
    "Sorvalho", "Tanimori", "Ulvedal", "Valdrigo", "Wintermark", "Yamakoshi", "Zarrondo",
)  # fmt: skip
ADJECTIVES: Final = (
    "Amber", "Bitter", "Broken", "Crooked", "Distant", "Electric", "Fallen", "Gilded", "Hollow", "Idle", "Jagged",
    "Kindred", "Lonely", "Midnight", "Northern", "Orphan", "Paper", "Quiet", "Restless", "Silver", "Tidal", "Unlit",
    "Velvet", "Wandering", "Yonder", "Zealous", "Borrowed", "Crimson", "Drowned", "Early",
)  # fmt: skip
NOUNS: Final = (
    "Harbour", "Orchard", "Ledger", "Compass", "Foxes", "Cathedral", "Lantern", "Meridian", "Paradox", "Kitchen",
    "Glacier", "Carousel", "Witness", "Tenants", "Frontier", "Archive", "Sparrow", "Tramway", "Observatory",
    "Verdict", "Winter", "Bakery", "Signal", "Rivals", "Islands", "Pilots", "Masquerade", "Garden", "Detectives",
    "Inheritance",
)  # fmt: skip


def people(count: int, rng: np.random.Generator) -> list[str]:
    """Distinct names."""
    limit = len(FIRST) * len(LAST)
    return [
        _numbered(int(index), limit, f"{FIRST[index % len(FIRST)]} {LAST[index // len(FIRST) % len(LAST)]}")
        for index in _draw(count, limit, rng)
    ]


def titles(count: int, rng: np.random.Generator) -> list[str]:
    """Distinct names of films and series."""
    limit = len(ADJECTIVES) * len(NOUNS)
    return [
        _numbered(
            int(index), limit, f"{ADJECTIVES[index % len(ADJECTIVES)]} {NOUNS[index // len(ADJECTIVES) % len(NOUNS)]}"
        )
        for index in _draw(count, limit, rng)
    ]


def _draw(count: int, limit: int, rng: np.random.Generator) -> list[int]:
    """Indices below `limit` without repetition; when more are wanted, the whole range again and again."""
    rounds = [rng.permutation(limit) + limit * turn for turn in range(count // limit + 1)]
    return [int(index) for index in np.concatenate(rounds)[:count]]


def _numbered(index: int, limit: int, name: str) -> str:
    return name if index < limit else f"{name} {index // limit + 1}"
