"""A medium world with everything in it: countries, licences, maturity, kids, series, verdicts, releases to come."""

import numpy as np

from tests.worlds import DAY, HOUR, NOW, Fields, World, event, member, tell, title, window

GENRES = ("Action", "Comedy", "Crime", "Documentary", "Drama", "Family", "Horror", "Romance")
COUNTRIES = ("DE", "NO", "US")
KINDS = ("play", "click", "list_add", "list_remove", "thumbs_up", "thumbs_down", "not_interested")
CHANCES = (0.82, 0.06, 0.04, 0.01, 0.03, 0.01, 0.03)
DAYS = 120  # the log's length


def random_world(seed: int = 0, members: int = 60, titles: int = 150, events: int = 3_000) -> World:
    """The same world for the same arguments; its log ends just before NOW, some titles are released later."""
    rng = np.random.default_rng(seed)
    catalog = [_title(number, rng) for number in range(titles)]
    people = [_member(number, rng) for number in range(members) if number % 10]  # every tenth is in the log only
    return tell(catalog, _events(catalog, members, events, rng), people)


def member_ids(members: int = 60) -> list[str]:
    """All members of the world; the last five have no events."""
    return [f"m{number:03d}" for number in range(members)]


def _title(number: int, rng: np.random.Generator) -> Fields:
    release = NOW - round(DAY * float(rng.exponential(400.0)) - 20 * DAY)  # one in twenty is yet to come
    if number % 3 == 0:
        release = round(np.datetime64(release, "ms").astype("M8[Y]").astype("M8[ms]").astype(np.int64))
    people = [f"person {p}" for p in rng.integers(0, 60, 6)]
    return title(
        f"t{number:03d}",
        name=f"Title {number}",
        kind="series" if number % 5 == 0 else "movie",
        release_time=None if number % 17 == 0 else release,
        genres=[str(genre) for genre in rng.choice(GENRES, int(rng.integers(0, 4)), replace=False)],
        cast=people[: int(rng.integers(0, 6))],
        directors=people[5:] if number % 4 else None,
        keywords=["word", f"word {number % 2}"] if number % 3 else None,
        countries=[COUNTRIES[number % 3]] if number % 8 else None,
        runtime_minutes=None if number % 13 == 0 else float(rng.integers(20, 180)),
        maturity=None if number % 9 == 0 else int(rng.choice((0, 6, 7, 12, 16, 18))),
        windows=_windows(number, rng),
    )


def _windows(number: int, rng: np.random.Generator) -> list[Fields] | None:
    if number % 4:
        return None
    if number % 40 == 0:
        return []
    starts = [None if rng.random() < 0.4 else NOW - round(DAY * float(rng.uniform(0, 300))) for _ in range(3)]
    ends = [None if rng.random() < 0.4 else NOW + round(DAY * float(rng.uniform(-60, 60))) for _ in range(3)]
    countries = rng.choice((*COUNTRIES, "ZZ"), 3)
    return [window(str(c), s, e) for c, s, e in zip(countries, starts, ends, strict=True) if not s or not e or s < e]


def _member(number: int, rng: np.random.Generator) -> Fields:
    return member(
        f"m{number:03d}",
        country=None if number % 11 == 0 else COUNTRIES[int(rng.choice(3, p=(0.2, 0.3, 0.5)))],
        kids=number % 8 == 0,
        maturity_ceiling=12 if number % 7 == 0 else None,
    )


def _events(catalog: list[Fields], members: int, size: int, rng: np.random.Generator) -> list[Fields]:
    """Popular titles and a favourite genre of each member draw most plays; nobody plays what is not yet released."""
    popularity = (1.0 + np.arange(len(catalog))[rng.permutation(len(catalog))]) ** -0.7
    favourite = rng.integers(0, len(GENRES), members)
    likes = np.array([[3.0 if genre in t["genres"] else 1.0 for t in catalog] for genre in GENRES])
    rows = []
    for _ in range(size):
        who = int(rng.integers(0, members - 5))
        hour = NOW - round(DAY * float(rng.uniform(0.001, DAYS))) // HOUR * HOUR
        time = min(NOW - 1, hour + int(rng.choice((0, 1, 777, HOUR - 1))))
        out = np.array([t["release_time"] is None or t["release_time"] < time for t in catalog])
        chance = popularity * likes[favourite[who]] * out
        what = catalog[int(rng.choice(len(catalog), p=chance / chance.sum()))]
        rows.append(_event(f"m{who:03d}", what, time, rng))
    return rows


def _event(who: str, what: Fields, time: int, rng: np.random.Generator) -> Fields:
    kind = str(rng.choice(KINDS, p=CHANCES))
    if kind != "play":
        return event(who, what["title_id"], kind, time)
    episode = {"season": int(rng.integers(1, 4)), "episode": int(rng.integers(1, 11))}
    fraction = float(rng.choice((0.02, 0.3, 0.6, 0.9, 1.0), p=(0.1, 0.1, 0.1, 0.1, 0.6)))
    grade = float(rng.integers(1, 11)) / 2 if rng.random() < 0.3 else None
    fields = {"grade": grade, "fraction": None if rng.random() < 0.05 else fraction}
    return event(who, what["title_id"], kind, time, **fields, **(episode if what["kind"] == "series" else {}))
