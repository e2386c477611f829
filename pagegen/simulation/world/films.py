"""Real films the catalog starts from: title, year, genres and cast. See NOTICE for source and licence."""

import re
from collections import Counter
from importlib.resources import files
from typing import Final

from pagegen.arrays import record

GENRES: Final = (
    "Action", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy",
    "History", "Horror", "Musical", "Mystery", "Romance", "Science Fiction", "Sports", "Thriller", "War", "Western",
)  # fmt: skip
SEQUEL: Final = re.compile(r"( (\d+|[IVX]+|Part .*)|[:\u2013] .*| Returns| Strikes Back)$")


@record
class Film:
    name: str
    year: int
    genres: tuple[str, ...]
    cast: tuple[str, ...]
    franchise: str  # the shared beginning of the names of a film and its sequels; "" for a film on its own


def read() -> list[Film]:
    """All films of the data file, by year and title."""
    text = files("pagegen.simulation.world").joinpath("films.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines()[1:]]
    stems = [SEQUEL.sub("", name) for name, *_ in lines]
    count = Counter(stems)
    return [
        Film(
            name=name,
            year=int(year),
            genres=tuple(genres.split(";")),
            cast=tuple(cast.split(";")),
            franchise=stem if count[stem] > 1 else "",
        )
        for (name, year, genres, cast), stem in zip(lines, stems, strict=True)
    ]
