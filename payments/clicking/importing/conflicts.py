"""Where a month folder contradicts what the site has already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from django.db import connection

from payments.clicking.importing.faults import Faults
from payments.clicking.importing.statements import FIND_OTHERS
from things.periods import Period


@dataclass(frozen=True)
class _Conflict:
    """A query for the lines that contradict: line and the words that fill the message."""

    file: str
    message: str
    found: LiteralString


_SAME_BUT_FOR_CASE = "the user name “{}” differs from the user “{}” only in upper and lower case"

_GIVEN_UP = "the user name “{}” belonged to somebody who gave it up"

_CONFLICTS = (
    _Conflict(
        "things.csv",
        _GIVEN_UP,
        """
        SELECT staged.line, staged.creator
        FROM importing_thing AS staged
        JOIN accounts_givenupname AS given_up
            ON given_up.digest = accounts_digest_of_name(staged.creator)
        WHERE NOT EXISTS (
            SELECT FROM accounts_user AS known WHERE lower(known.username) = lower(staged.creator)
        )
        ORDER BY staged.line
        """,
    ),
    _Conflict(
        "budgets.csv",
        _GIVEN_UP,
        """
        SELECT staged.line, staged.subscriber
        FROM importing_budget AS staged
        JOIN accounts_givenupname AS given_up
            ON given_up.digest = accounts_digest_of_name(staged.subscriber)
        WHERE NOT EXISTS (
            SELECT FROM accounts_user AS known
            WHERE lower(known.username) = lower(staged.subscriber)
        )
        ORDER BY staged.line
        """,
    ),
    _Conflict(
        "things.csv",
        _SAME_BUT_FOR_CASE,
        """
        SELECT staged.line, staged.creator, known.username
        FROM importing_thing AS staged
        JOIN accounts_user AS known ON lower(known.username) = lower(staged.creator)
        WHERE known.username <> staged.creator ORDER BY staged.line
        """,
    ),
    _Conflict(
        "things.csv",
        "the creator “{}” is suspended",
        """
        SELECT staged.line, staged.creator
        FROM importing_thing AS staged
        JOIN accounts_user AS known ON known.username = staged.creator
        WHERE known.suspended ORDER BY staged.line
        """,
    ),
    _Conflict("things.csv", "the thing “{}” is there already and {}", FIND_OTHERS),
    _Conflict(
        "budgets.csv",
        _SAME_BUT_FOR_CASE,
        """
        SELECT staged.line, staged.subscriber, known.username
        FROM importing_budget AS staged
        JOIN accounts_user AS known ON lower(known.username) = lower(staged.subscriber)
        WHERE known.username <> staged.subscriber ORDER BY staged.line
        """,
    ),
    _Conflict(
        "budgets.csv",
        "the subscriber “{}” is suspended",
        """
        SELECT staged.line, staged.subscriber
        FROM importing_budget AS staged
        JOIN accounts_user AS known ON known.username = staged.subscriber
        WHERE known.suspended ORDER BY staged.line
        """,
    ),
    _Conflict(
        "budgets.csv",
        "the subscriber “{}” owes {} {}, which must be paid first",
        """
        SELECT staged.line, staged.subscriber,
            (account.owed / 1000000::numeric)::numeric(30, 6), account.currency
        FROM importing_budget AS staged
        JOIN accounts_user AS known ON known.username = staged.subscriber
        JOIN payments_ledgeraccount AS account
            ON account.owner_id = known.id AND account.kind = 'wallet'
            AND account.currency = staged.currency
        WHERE account.owed > 0 ORDER BY staged.line
        """,
    ),
    _Conflict(
        "budgets.csv",
        "“{}” has a budget for {} already",
        """
        SELECT staged.line, staged.subscriber, %(written)s
        FROM importing_budget AS staged
        JOIN accounts_user AS known ON known.username = staged.subscriber
        JOIN payments_budget AS budget
            ON budget.subscriber_id = known.id AND budget.period = %(period)s::date
        ORDER BY staged.line
        """,
    ),
)


def find_conflicts(period: Period | None, faults: Faults) -> None:
    """Count every staged line that contradicts the site. Without a period no budget does."""
    parameters = {"written": str(period), "period": period.first_day if period else None}
    with connection.cursor() as cursor:
        for conflict in _CONFLICTS:
            cursor.execute(conflict.found, parameters)
            for line, *words in cursor.fetchall():
                faults.add(conflict.file, line, conflict.message.format(*words))
