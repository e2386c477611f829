"""The homepage: what exists, in the order of the request. `homepage.toml` beside it says what is on."""

from importlib import resources

from candidates import (
    als,
    because_you_watched,
    continue_watching,
    ease,
    editorial,
    explore,
    facets,
    genre_facets,
    hidden_gems,
    item_knn,
    leaving_soon,
    my_list,
    people,
    recent_plays,
    rp3beta,
    spectral,
    tastes,
    top_10,
    top_picks,
    transitions,
    trending,
    watch_again,
)
from pagegen import filters
from pagegen.bundle.parts import (
    AttractionPart,
    Homepage,
    LearntOrderer,
    NoConfig,
    Part,
    RankerPart,
    SourcePart,
    computed,
    fitted,
)
from pagegen.features.members import MemberActivity, Moment, OwnPlays
from pagegen.features.source_scores import SourceScores
from pagegen.features.tastes import GenreAffinity, Habits, PeopleAffinity
from pagegen.features.titles import Grades, TitleAge, Trend
from pagegen.features.visits import Sessions, SinceVisit
from pagegen.features.years import YearHabits
from pagegen.ordering import Greed
from rankers import (
    boosted_trees,
    greedy_rows,
    independent_rows,
    lookahead_rows,
    one_feature,
    popularity,
    resume,
    row_attraction,
    stagewise_rows,
    temperature_rows,
    template_rows,
)

BYW = because_you_watched

HOME = Homepage(
    sources={
        "als": fitted((), (als.FitConfig, als.PageConfig), als.fit, als.load),
        "because_you_watched": fitted(
            (BYW.source.BECAUSE_YOU_WATCHED,), (BYW.FitConfig, BYW.PageConfig), BYW.fit, BYW.load
        ),
        "ease": fitted((), (ease.EaseConfig, ease.PageConfig), ease.fit_ease, ease.load_ease),
        "edlae": fitted((), (ease.EdlaeConfig, ease.PageConfig), ease.fit_edlae, ease.load_edlae),
        "item_knn": fitted((), (item_knn.FitConfig, item_knn.PageConfig), item_knn.fit, item_knn.load),
        "rp3beta": fitted((), (rp3beta.FitConfig, rp3beta.PageConfig), rp3beta.fit, rp3beta.load),
        "spectral": fitted((), (spectral.FitConfig, spectral.PageConfig), spectral.fit, spectral.load),
        "transitions": fitted((), (transitions.FitConfig, transitions.PageConfig), transitions.fit, transitions.load),
        "recent_plays": fitted(
            (), (recent_plays.FitConfig, recent_plays.PageConfig), recent_plays.fit, recent_plays.load
        ),
        "trending": computed(
            (trending.TRENDING_NOW,), trending.Config, lambda config: trending.Trending(config=config)
        ),
        "top_picks": computed(
            (top_picks.TOP_PICKS,),
            top_picks.Config,
            lambda config: top_picks.TopPicks(config=config),
            reads=lambda config: config.quotas,
        ),
        "facets": computed(
            (facets.GENRE, facets.NEW_RELEASES),
            facets.Config,
            lambda config: facets.Facets(config=config),
            reads=lambda config: (config.scorer,),
        ),
        "top_10": computed((top_10.TOP_10,), top_10.Config, lambda config: top_10.Top10(config=config)),
        "continue_watching": fitted(
            (continue_watching.CONTINUE_WATCHING,),
            (resume.Config, continue_watching.Config),
            lambda past, fit, page, rng: continue_watching.ContinueWatching(  # noqa: ARG005  # nothing is drawn
                config=page, resume=resume.fit(past, fit, page)
            ),
            lambda arrays, titles, size, page: continue_watching.ContinueWatching(
                config=page, resume=resume.load(arrays, titles, size)
            ),
        ),
        "my_list": computed((my_list.MY_LIST,), NoConfig, lambda _: my_list.MyList()),
        "people": computed(
            (people.PEOPLE,),
            people.Config,
            lambda config: people.People(config=config),
            reads=lambda config: (config.scorer,),
        ),
        "leaving_soon": computed(
            (leaving_soon.LEAVING_SOON,),
            leaving_soon.Config,
            lambda config: leaving_soon.LeavingSoon(config=config),
            reads=lambda config: (config.scorer,),
        ),
        "genre_facets": computed(
            (genre_facets.GENRE_FACET,),
            genre_facets.Config,
            lambda config: genre_facets.GenreFacets(config=config),
            reads=lambda config: (config.scorer,),
        ),
        "explore": computed(
            (explore.EXPLORE,),
            explore.Config,
            lambda config: explore.Explore(config=config),
            reads=lambda config: (config.scorer,),
        ),
        "editorial": computed((editorial.EDITORIAL,), editorial.Config, editorial.editorial),
        "hidden_gems": computed(
            (hidden_gems.HIDDEN_GEMS,),
            hidden_gems.Config,
            lambda config: hidden_gems.HiddenGems(config=config),
            reads=lambda config: (config.scorer,),
        ),
        "tastes": SourcePart(
            kinds=(tastes.source.TASTE,),
            fit_config=tastes.FitConfig,
            page_config=tastes.PageConfig,
            fit=tastes.fit,
            load=tastes.load,
            reads=lambda config: (config.scorer,),
            given=("als",),
        ),
        "watch_again": computed(
            (watch_again.WATCH_AGAIN,), watch_again.Config, lambda config: watch_again.WatchAgain(config=config)
        ),
    },
    filters={
        "watched": Part(config=NoConfig, make=lambda _: filters.Watched()),
        "licence": Part(config=NoConfig, make=lambda _: filters.Licence()),
        "maturity": Part(config=NoConfig, make=lambda _: filters.Maturity()),
        "kids": Part(config=filters.KidsConfig, make=lambda config: filters.Kids(config=config)),
        "not_interested": Part(config=NoConfig, make=lambda _: filters.NotInterested()),
        "excluded": Part(config=NoConfig, make=lambda _: filters.Excluded()),
    },
    families={
        "source_scores": lambda scorers: SourceScores(scorers=scorers),
        "title_age": lambda _: TitleAge(),
        "trend": lambda _: Trend(),
        "grades": lambda _: Grades(),
        "genre_affinity": lambda _: GenreAffinity(),
        "people_affinity": lambda _: PeopleAffinity(),
        "habits": lambda _: Habits(),
        "member_activity": lambda _: MemberActivity(),
        "own_plays": lambda _: OwnPlays(),
        "since_visit": lambda _: SinceVisit(),
        "sessions": lambda _: Sessions(),
        "year_habits": lambda _: YearHabits(),
        "moment": lambda _: Moment(),
    },
    rankers={
        "boosted_trees": RankerPart(
            config=boosted_trees.Config, fit=boosted_trees.fit, load=boosted_trees.load, probe="pagegen.trees"
        ),
        "popularity": RankerPart(config=popularity.Config, fit=popularity.fit, load=popularity.load, learns=False),
        "one_feature": RankerPart(config=one_feature.Config, fit=one_feature.fit, load=one_feature.load, learns=False),
    },
    attractions={
        "row_attraction": AttractionPart(
            config=row_attraction.Config,
            fit=row_attraction.fit,
            load=row_attraction.load,
            probe="pagegen.trees",
        ),
    },
    orderers={
        "greedy": Part(config=Greed, make=lambda config: greedy_rows.GreedyRows(config=config)),
        "lookahead": Part(
            config=lookahead_rows.Config, make=lambda config: lookahead_rows.LookaheadRows(config=config)
        ),
        "independent": Part(config=NoConfig, make=lambda _: independent_rows.IndependentRows()),
        "temperature": Part(
            config=temperature_rows.Config, make=lambda config: temperature_rows.TemperatureRows(config=config)
        ),
        "template": Part(config=template_rows.Config, make=lambda config: template_rows.TemplateRows(config=config)),
    },
    learnt_orderers={
        "stagewise": LearntOrderer(
            config=stagewise_rows.Config,
            fit=stagewise_rows.fit,
            load=stagewise_rows.load,
            probe="pagegen.trees",
        ),
    },
    settings=(resources.files("pagegen") / "homepage.toml").read_text("utf-8"),
)
