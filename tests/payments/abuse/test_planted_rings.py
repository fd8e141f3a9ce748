"""The rules over a small made-up month; `make find-rings` does it with 100,000 clicks."""

from __future__ import annotations

import pytest
from planted_rings import SEPTEMBER, Month, Verdict, judge, make_month, write_month

from payments.abuse.finding import find
from payments.abuse.models import AbuseRule

HIDING = "pair that hides behind honest clicks"


@pytest.fixture
def month() -> Month:
    return make_month(clicks=8_000, seed=7)


@pytest.fixture
def verdict(db: None, month: Month) -> Verdict:
    users = write_month(month)
    rules = AbuseRule.objects.order_by("pk")
    found = {r.name: {one.creator for one in find(r, period=SEPTEMBER)} for r in rules}
    return judge(month, users, found)


class TestRules:
    def test_find_each_planted_shape_and_hardly_anybody_else(self, verdict: Verdict) -> None:
        missed = {
            shape: counts
            for shape, counts in verdict.recall.items()
            if counts[0] != counts[1] and shape != HIDING
        }

        assert missed == {}
        assert len(verdict.recall) == 11
        assert verdict.marked_share <= 0.01


class TestMonth:
    def test_is_the_same_for_the_same_seed(self, month: Month) -> None:
        assert make_month(clicks=8_000, seed=7) == month

    def test_has_honest_people_as_awkward_as_they_are(self, month: Month) -> None:
        honest = [month.people[number] for number in month.honest]
        owners = month.owners
        given = {
            (giver, owners[thing]) for giver in month.honest for thing in month.people[giver].clicks
        }
        behind: dict[str, int] = {}
        for person in honest:
            for address in person.addresses:
                behind[address] = behind.get(address, 0) + 1

        assert sum((b, a) in given for a, b in given) > 30
        assert max(behind.values()) >= 40
        assert sum(len({owners[thing] for thing in one.clicks}) == 1 for one in honest) > 40
