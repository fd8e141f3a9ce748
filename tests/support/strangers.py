"""Somebody who asks for what is not theirs, and what of others changes by it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import ForeignKey
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from people import sign_in
from whole_life import Life

from accounts.models import User
from obole.logs.ids import HEADER

# What writes, but for the marks that each request of a signed-in person leaves.
WRITES = re.compile(
    r"\b(?<!FOR )(?<!KEY )(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|CALL)\b"
    r'(?! "django_session"| "usersessions_usersession" SET)'
)


class Rows:
    """All rows of the database, and which of them are a stranger's own."""

    def __init__(self) -> None:
        self.owners: dict[str, list[str]] = {}
        tables = []
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model._meta.proxy or model._meta.label == "sessions.Session":
                continue
            self.owners[table] = [
                field.column
                for field in model._meta.concrete_fields
                if isinstance(field, ForeignKey) and field.related_model is User
            ]
            tables.append(f"SELECT '{table}', to_jsonb(t)::text FROM \"{table}\" t")
        self.owners[User._meta.db_table].append("id")
        self.question = " UNION ALL ".join(tables)
        self.before = self.now()

    def now(self) -> Counter[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(self.question)
            return Counter(cursor.fetchall())

    def changed(self, stranger: User | None, people: set[int]) -> list[str]:
        """What went that was not the stranger's, and what came that belongs to somebody else."""
        before, after = self.before, self.now()
        me = stranger.pk if stranger else 0
        gone = [row for row in before - after if me not in self._of(*row)]
        came = [row for row in after - before if self._of(*row) & (people - {me})]
        # The site's own accounts move with what a stranger does with their own money.
        return [
            f"{table}: {text[:150]}"
            for table, text in gone + came
            if not (table == "payments_ledgeraccount" and '"owner_id": null' in text)
        ]

    def _of(self, table: str, text: str) -> set[int]:
        row = json.loads(text)
        return {row[column] for column in self.owners[table]}


class Stranger:
    """Somebody who asks; nothing that they do outlasts the question."""

    def __init__(self, life: Life, name: str) -> None:
        self.life = life
        self.user: User | None = None if name == "nobody" else getattr(life, name)
        self.cookies: dict[str, str] = {}
        # A handler of its own for each question would look for all static files again.
        self.handler = ClientHandler(enforce_csrf_checks=False)
        self.rows = Rows()
        self.people = set(User.objects.values_list("pk", flat=True))
        if self.user:
            client = sign_in(self.user) if name != "ada" else life.browser
            self.cookies = {key: morsel.value for key, morsel in client.cookies.items()}
            self.rows = Rows()

    def ask(self, method: str, address: str, sent: object = None, **more: Any) -> Any:
        """The answer; `changed` is what it did to others."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler
        for name, value in self.cookies.items():
            client.cookies[name] = value
        with undone(), CaptureQueriesContext(connection) as asked:
            if sent is None:
                answer = client.generic(method, address, **more)
            else:
                answer = client.post(address, sent)
            answer.words = _text(answer)
            wrote = any(WRITES.search(query["sql"]) for query in asked.captured_queries)
            answer.changed = self.rows.changed(self.user, self.people) if wrote else []
        return answer


@contextmanager
def undone() -> Iterator[None]:
    """A transaction in which a view may think that it is alone, and that is taken back."""
    around = transaction.atomic()
    around._from_testcase = True
    with around:
        yield
        transaction.set_rollback(True)


def _text(answer: Any) -> str:
    content = b"".join(answer) if answer.streaming else answer.content
    text = content.decode(errors="replace") + json.dumps(dict(answer.headers))
    # Drawn by lot in hexadecimal digits, it begins now and then as one of Ada's figures does.
    return text.replace(answer.headers.get(HEADER) or "\0", "")
