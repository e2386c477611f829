"""What MovieLens writes in its own way: names with year and trailing article, certificates, codes of ages and jobs."""

from collections.abc import Mapping
from typing import Final

import polars as pl

ARTICLES: Final = "The|A|An|La|Le|Les|L'|Il|El|Der|Die|Das|I|Los|Las|Lo|Gli|Un|Une|Una|De|Den|Det|Os"
YEAR: Final = r"\s*\((\d{4})(?:[-\x{2013}]\d{0,4})?\)\s*(?:\(V\))?\s*$"  # (1995), (2011-2014), (1995) (V) for video
NO_GENRE: Final = ("(no genres listed)", "unknown")

# The age from which a film is suitable. UNRATED, NR and everything else: not known.
MATURITY: Final[Mapping[str, int]] = {
    "G": 0,
    "TV-Y": 0,
    "TV-G": 0,
    "PG": 7,
    "TV-Y7": 7,
    "TV-PG": 7,
    "PG-13": 13,
    "TV-14": 14,
    "R": 17,
    "TV-MA": 17,
    "NC-17": 18,
    "X": 18,
}

AGE_BANDS: Final[Mapping[str, str]] = {
    "1": "Under 18",
    "18": "18-24",
    "25": "25-34",
    "35": "35-44",
    "45": "45-49",
    "50": "50-55",
    "56": "56+",
}

OCCUPATIONS: Final = (
    "other",
    "academic/educator",
    "artist",
    "clerical/admin",
    "college/grad student",
    "customer service",
    "doctor/health care",
    "executive/managerial",
    "farmer",
    "homemaker",
    "K-12 student",
    "lawyer",
    "programmer",
    "retired",
    "sales/marketing",
    "scientist",
    "self-employed",
    "technician/engineer",
    "tradesman/craftsman",
    "unemployed",
    "writer",
)


def display_name(title: pl.Expr) -> pl.Expr:
    """
    The name as one says it: no year, the article in front, here and in names in parentheses.

    Examples:
        >>> names = pl.DataFrame({"title": ["Matrix, The (1999)", "Hate (Haine, La) (1995)", "Enfer, L' (1994)"]})
        >>> names.select(display_name(pl.col("title")))["title"].to_list()
        ['The Matrix', 'Hate (La Haine)', "L'Enfer"]
    """
    bare = title.str.strip_chars().str.replace(YEAR, "")
    name = pl.when(bare.str.strip_chars() != "").then(bare).otherwise(title).str.strip_chars()
    front = name.str.replace(rf"^(.*?), ({ARTICLES})( \(.*)?$", "$2 $1$3")
    inside = front.str.replace_all(rf"\(([^()]*), ({ARTICLES})\)", "($2 $1)")
    return inside.str.replace_all(r"(^|\()L' ", "${1}L'")


def year_of(title: pl.Expr) -> pl.Expr:
    """The year at the end of the name, as text."""
    return title.str.strip_chars().str.extract(YEAR)
