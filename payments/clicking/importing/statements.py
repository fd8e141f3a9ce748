"""The SQL that turns staged lines into users, things, deposits, budgets and clicks.

One statement a table, ordered by its key, which costs an index less than any other order.
"""

from __future__ import annotations

from typing import LiteralString

# Nobody can sign in: no e-mail address, and a password that no hasher makes. It differs from user
# to user and cannot be guessed, as links to set a password are made from it. One secret for all:
# PostgreSQL's own random numbers cost more than the rest of the row.
MAKE_USERS: LiteralString = """
    INSERT INTO accounts_user (username, password, is_superuser, is_staff, is_active, suspended,
        date_joined, display_name, language, time_zone)
    SELECT named.username,
        '!' || encode(sha256(convert_to(%(secret)s || named.username, 'UTF8')), 'hex'),
        false, false, true, false, %(at)s, '', %(user_language)s, %(time_zone)s
    FROM (
        SELECT creator FROM importing_thing UNION SELECT subscriber FROM importing_budget
    ) AS named (username)
    WHERE NOT EXISTS (SELECT FROM accounts_user AS known WHERE known.username = named.username)
    ORDER BY named.username
"""

MAKE_THINGS: LiteralString = """
    INSERT INTO things_thing (url, key, owner_id, title, description, category, language, tags,
        hidden, state, created_at)
    SELECT staged.url, staged.key, creator.id, staged.title, '', staged.category,
        staged.language, '{{}}', false, 'active', %(at)s
    FROM importing_thing AS staged
    JOIN accounts_user AS creator ON creator.username = staged.creator
    WHERE NOT EXISTS (SELECT FROM things_thing AS known WHERE known.url = staged.url)
        AND NOT EXISTS (SELECT FROM things_thing AS known WHERE known.key = staged.key)
        AND NOT EXISTS (SELECT FROM things_alias AS known WHERE known.key = staged.key)
    ORDER BY staged.line
"""

# Which thing each line means: the one with that very address, the one on the same page, or the
# one that had the address before; see things.aliases.finding.
MEANT: LiteralString = """
    SELECT DISTINCT ON (matched.line) matched.line,
        coalesce(found.merged_into_id, found.id) AS thing_id
    FROM (
        SELECT staged.line, 1 AS rank, known.id
        FROM importing_thing AS staged JOIN things_thing AS known ON known.url = staged.url
        UNION ALL
        SELECT staged.line, 2, known.id
        FROM importing_thing AS staged JOIN things_thing AS known ON known.key = staged.key
        UNION ALL
        SELECT staged.line, 3, alias.thing_id
        FROM importing_thing AS staged JOIN things_alias AS alias ON alias.key = staged.key
    ) AS matched
    JOIN things_thing AS found ON found.id = matched.id
    ORDER BY matched.line, matched.rank
"""

# Lines whose thing is there and is somebody else's, or cannot be clicked.
FIND_OTHERS: LiteralString = (
    """
    SELECT staged.line, staged.url,
        CASE WHEN owner.username IS NULL THEN 'has no owner'
            WHEN owner.username <> staged.creator THEN 'belongs to “' || owner.username || '”'
            ELSE 'is ' || thing.state END
    FROM importing_thing AS staged
    JOIN ("""  # noqa: S608 - put together of constants
    + MEANT
    + """) AS meant ON meant.line = staged.line
    JOIN things_thing AS thing ON thing.id = meant.thing_id
    LEFT JOIN accounts_user AS owner ON owner.id = thing.owner_id
    WHERE owner.username IS DISTINCT FROM staged.creator OR thing.state <> 'active'
    ORDER BY staged.line
"""
)

FIND_THINGS: LiteralString = "CREATE TEMPORARY TABLE importing_known AS " + MEANT

OPEN_WALLETS: LiteralString = """
    INSERT INTO payments_ledgeraccount (owner_id, kind, currency, rail, balance, held)
    SELECT subscriber.id, 'wallet', staged.currency, '', 0, 0
    FROM importing_budget AS staged
    JOIN accounts_user AS subscriber ON subscriber.username = staged.subscriber
    ORDER BY subscriber.id
    ON CONFLICT DO NOTHING
"""

# On a new site the planner knows nothing of rows made a moment ago, and would loop over them.
COUNT_ACCOUNTS: LiteralString = """
    ANALYZE accounts_user (id, username), things_thing (id, url),
        payments_ledgeraccount (id, owner_id, kind, currency, rail)
"""

# Who gives: the lines of budgets.csv with what the tables know them by.
FIND_GIVERS: LiteralString = """
    CREATE TEMPORARY TABLE importing_giver AS
    SELECT staged.line, subscriber.id AS subscriber_id, wallet.id AS wallet_id, staged.amount,
        staged.currency, clicked.first_at
    FROM importing_budget AS staged
    JOIN accounts_user AS subscriber ON subscriber.username = staged.subscriber
    JOIN payments_ledgeraccount AS wallet
        ON wallet.owner_id = subscriber.id AND wallet.kind = 'wallet'
        AND wallet.currency = staged.currency AND wallet.rail = ''
    LEFT JOIN (
        SELECT giver, min(clicked_at) AS first_at FROM importing_click GROUP BY giver
    ) AS clicked ON clicked.giver = staged.line
    ORDER BY subscriber.id
"""

COUNT_FOUND: LiteralString = "ANALYZE importing_giver, importing_known"

DEPOSIT: LiteralString = """
    INSERT INTO payments_transfer
        (debited_id, credited_id, amount, released, currency, kind, key, about_at, posted_at)
    SELECT outside.id, giver.wallet_id, giver.amount, 0, giver.currency, 'deposit',
        'import:' || %(written)s || ':' || giver.subscriber_id, %(starts_at)s, %(at)s
    FROM importing_giver AS giver
    JOIN payments_ledgeraccount AS outside ON outside.kind = 'outside'
        AND outside.rail = %(rail)s AND outside.currency = giver.currency
    ORDER BY giver.subscriber_id
"""

SET_BUDGETS: LiteralString = """
    INSERT INTO payments_budget (period, subscriber_id, wallet_id, amount, currency, held_at)
    SELECT %(period)s, subscriber_id, wallet_id, amount, currency, first_at
    FROM importing_giver
    ORDER BY subscriber_id
"""

HOLD_BUDGETS: LiteralString = """
    UPDATE payments_ledgeraccount AS wallet SET held = wallet.held + giver.amount
    FROM importing_giver AS giver
    WHERE wallet.id = giver.wallet_id AND giver.first_at IS NOT NULL
"""

# Of two clicks on one thing the earlier counts.
_RESOLVED: LiteralString = """
    FROM importing_click AS click
    JOIN importing_giver AS giver ON giver.line = click.giver
    JOIN importing_known AS known ON known.line = click.thing
"""

COUNT_CLICKS: LiteralString = (
    """
    INSERT INTO {clicks} (period, subscriber_id, thing_id, clicked_at)
    SELECT DISTINCT ON (giver.subscriber_id, known.thing_id)
        %(period)s::date, giver.subscriber_id, known.thing_id, click.clicked_at"""
    + _RESOLVED
    + "ORDER BY giver.subscriber_id, known.thing_id, click.clicked_at, click.line"
)

FIND_REPEATED: LiteralString = """
    SELECT line FROM (
        SELECT line, row_number() OVER (PARTITION BY giver, thing ORDER BY clicked_at, line) AS nth
        FROM importing_click
    ) AS numbered
    WHERE nth > 1 ORDER BY line LIMIT %(shown)s
"""
