"""
Makes `pagegen/simulation/world/films.tsv`: facts of real films for the simulated world.

    python -m tools.films MOVIES.parquet pagegen/simulation/world/films.tsv

MOVIES has title, year, cast and genres from Wikipedia's lists of American films. Per decade those whose cast played in
most other films are kept: well-known films, and people who link several. Facts only: no sentence is copied.
"""

import sys
from pathlib import Path
from typing import Final

import polars as pl

FILMS_A_DECADE: Final = {
    1930: 120,
    1940: 150,
    1950: 180,
    1960: 200,
    1970: 300,
    1980: 400,
    1990: 500,
    2000: 500,
    2010: 450,
    2020: 200,
}
CAST: Final = 4  # names a film
GENRES: Final = {
    "Action": "Action",
    "Adventure": "Adventure",
    "Animated": "Animation",
    "Biography": "Biography",
    "Comedy": "Comedy",
    "Crime": "Crime",
    "Documentary": "Documentary",
    "Drama": "Drama",
    "Family": "Family",
    "Fantasy": "Fantasy",
    "Historical": "History",
    "Horror": "Horror",
    "Martial Arts": "Action",
    "Musical": "Musical",
    "Mystery": "Mystery",
    "Noir": "Crime",
    "Romance": "Romance",
    "Science Fiction": "Science Fiction",
    "Slasher": "Horror",
    "Sports": "Sports",
    "Spy": "Thriller",
    "Superhero": "Action",
    "Supernatural": "Horror",
    "Teen": "Comedy",
    "Thriller": "Thriller",
    "War": "War",
    "Western": "Western",
}
LEFT_OUT: Final = ["Erotic", "Short", "Silent"]
NOT_A_NAME: Final = r"Award|Academy|Boys|[;\t]"
FAMILY_BONUS: Final = 60  # in films of the cast; without it hardly a film for children is among the best known


def choose(movies: pl.DataFrame) -> pl.DataFrame:
    """title, year, genres, cast of the films kept, by year and title."""
    films = (
        movies.filter(pl.col("href").is_not_null() & ~pl.col("title").str.contains(r"[;\t]"))
        .filter(pl.col("genres").list.set_intersection(LEFT_OUT).list.len() == 0)
        .with_columns(
            genres=pl.col("genres")
            .list.eval(pl.element().replace_strict(GENRES, default=None).drop_nulls())
            .list.unique(maintain_order=True),
            cast=pl.col("cast").list.eval(pl.element().filter(~pl.element().str.contains(NOT_A_NAME))).list.head(CAST),
            decade=pl.col("year") // 10 * 10,
        )
        .filter((pl.col("genres").list.len() > 0) & (pl.col("cast").list.len() >= 2))
        .unique(["title", "year"], keep="first", maintain_order=True)
    )
    roles = films.select(cast=pl.col("cast").explode()).group_by("cast").len("roles")
    known = (
        films.select("title", "year", "cast")
        .explode("cast")
        .join(roles, on="cast")
        .group_by("title", "year")
        .agg(pl.col("roles").sum())
    )
    family = pl.col("genres").list.set_intersection(["Family", "Animation"]).list.len() > 0
    ranked = films.join(known, on=["title", "year"]).with_columns(rank=pl.col("roles") + FAMILY_BONUS * family)
    ordered = ranked.sort(["rank", "title"], descending=[True, False])
    kept = [ordered.filter(pl.col("decade") == decade).head(count) for decade, count in FILMS_A_DECADE.items()]
    return pl.concat(kept).sort("year", "title").select("title", "year", "genres", "cast")


def main(source: Path, target: Path) -> None:
    films = choose(pl.read_parquet(source)).with_columns(pl.col("genres", "cast").list.join(";"))
    films.write_csv(target, separator="\t", quote_style="never")
    sys.stdout.write(f"{films.height} films, {target.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
