"""A layout of MovieLens: three inputs and how their columns become ours."""

from dataclasses import dataclass

from pagegen.data.importing.inputs import Input
from pagegen.data.importing.values import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    name: str
    ratings: Input
    rating_names: tuple[str, str, str, str] = ("user", "movie", "rating", "time")  # time: seconds since 1970
    movies: Input
    movie_columns: tuple[Column, ...]
    users: Input | None = None
    user_columns: tuple[Column, ...] = ()
    not_imported: tuple[str, ...] = ()
