"""Searching things."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from things.models import Click, Popularity, Thing
from things.partitions import ensure_partition
from things.periods import Period
from things.popularity import count_popularity
from things.search import NotATagQuery, Search, search_things

PAGE = slice(0, 30)
NOW = datetime(2010, 9, 30, 12, tzinfo=UTC)

TITLES = {
    "running": ("Running in the mountains", "en_GB", ["sport", "game"]),
    "maisons": ("Les maisons de la rue", "fr_FR", ["game", "software"]),
    "haeuser": ("Alte Häuser", "de_DE", ["games"]),
    "plain": ("東京 guide", "ja_JP", []),
}


@pytest.fixture
def things(db: None) -> dict[str, Thing]:
    """A thing in each of four languages."""
    ben = User.objects.create_user("ben")
    return {
        name: Thing.objects.create(
            url=f"https://ben.example/{name}",
            owner=ben,
            title=title,
            language=language,
            tags=tags,
            category="text" if name == "running" else "audio",
        )
        for name, (title, language, tags) in TITLES.items()
    }


def found(**asked: object) -> set[str]:
    """The names of what is found."""
    result = search_things(Thing.objects.all(), Search(**asked), PAGE)  # type: ignore[arg-type]
    assert result.total == len(result.things)
    urls = Thing.objects.filter(pk__in=result.things).values_list("url", flat=True)
    return {url.rpartition("/")[2] for url in urls}


@pytest.mark.usefixtures("things")
class TestSearchThings:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("run", {"running"}),
            ("mountain", {"running"}),
            ("maison", {"maisons"}),
            ("Haus", {"haeuser"}),
            ("東京", {"plain"}),
            ("software", {"maisons"}),
            ("runing mountians", {"running"}),
            ("nothing alike", set()),
            ("running -mountains", set()),
            ("'", set()),
            (":*&|!()", set()),
        ],
    )
    def test_reads_words_in_each_things_language(self, query: str, names: set[str]) -> None:
        assert found(query=query) == names

    @pytest.mark.parametrize(
        ("tags", "names"),
        [
            ("game", {"running", "maisons"}),
            ("game | games", {"running", "maisons", "haeuser"}),
            ("game & sport", {"running"}),
            ("game ! software", {"running"}),
            ("game | games ! software", {"running", "haeuser"}),
            ("! game", {"haeuser", "plain"}),
            ("absent", set()),
        ],
    )
    def test_joins_tags(self, tags: str, names: set[str]) -> None:
        assert found(tags=tags) == names

    @pytest.mark.parametrize("tags", ["|", "a |", "a & | b", "& a", "a ! ! b"])
    def test_refuses_tags_that_join_nothing(self, tags: str) -> None:
        with pytest.raises(NotATagQuery):
            found(tags=tags)

    def test_filters(self) -> None:
        assert found(languages=("fr_FR", "de_DE")) == {"maisons", "haeuser"}
        assert found(categories=("text",)) == {"running"}
        assert found(user="BEN", url="https://ben.example/plain") == {"plain"}
        assert found(user="eve") == set()
        assert found(query="maison", languages=("en_GB",)) == set()

    def test_pages(self) -> None:
        pages = [
            search_things(Thing.objects.all(), Search(), slice(at, at + 3)) for at in (0, 3, 6)
        ]

        assert [(page.total, len(page.things)) for page in pages] == [(4, 3), (4, 1), (4, 0)]


class TestSort:
    @pytest.fixture
    def clicked(self, things: dict[str, Thing]) -> dict[str, Thing]:
        """Running long ago by three, maisons this month by two, haeuser today by one."""
        users = [User.objects.create_user(f"user{number}") for number in range(3)]
        for name, number, ago in [("running", 3, 40), ("maisons", 2, 10), ("haeuser", 1, 0)]:
            at = NOW - timedelta(days=ago)
            ensure_partition(Period.of(at))
            for user in users[:number]:
                Click.objects.create(
                    period=Period.of(at), subscriber=user, thing=things[name], clicked_at=at
                )
        return things

    @pytest.mark.parametrize(
        ("sort", "first"),
        [
            ("flattrs", "running"),
            ("flattrs_month", "maisons"),
            ("flattrs_week", "haeuser"),
            ("flattrs_day", "haeuser"),
            ("trend", "haeuser"),
        ],
    )
    def test_puts_the_most_clicked_first(
        self, clicked: dict[str, Thing], sort: str, first: str
    ) -> None:
        count_popularity(at=NOW)

        result = search_things(Thing.objects.all(), Search(sort=sort), PAGE)

        assert result.things[0] == clicked[first].pk
        assert result.total == len(result.things) == 4

    def test_counts_again_what_has_aged(self, clicked: dict[str, Thing]) -> None:
        count_popularity(at=NOW)

        assert count_popularity(at=NOW + timedelta(days=365)) == 2
        assert set(Popularity.objects.values_list("flattrs_month", flat=True)) == {0}
        assert count_popularity(at=NOW + timedelta(days=365)) == 0

    def test_relevance_puts_titles_before_descriptions(self, things: dict[str, Thing]) -> None:
        other = Thing.objects.create(
            url="https://ben.example/o", title="Other", description="About running", owner=None
        )

        result = search_things(Thing.objects.all(), Search(query="running"), PAGE)

        assert result.things == [things["running"].pk, other.pk]
