"""Hand people what is kept about them: asked for, made by a worker, fetched, forgotten."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import translation

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import User
from accounts.privacy.kept import all_kept
from accounts.privacy.models import Export, ExportChunk
from accounts.privacy.writing import ChunkWriter, write_rows

KEPT_FOR = timedelta(days=7)
# Between two of one user, as each reads all that there is of them.
NOT_SOONER_THAN = timedelta(hours=1)
# What could not be made in so long is given up.
GIVEN_UP_AFTER = timedelta(days=1)


class AskedLately(Exception):
    """The user was given an export less than an hour ago."""


def ask_for_export(*, user: User, at: datetime) -> Export:
    """Ask for an export of all that is kept about a user; a worker makes it after the commit.

    While one is being made it is the answer. An older one is dropped. Raises AskedLately.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if waiting := Export.objects.waiting().filter(user=user).first():
            return waiting
        mine = Export.objects.filter(user=user)
        if mine.filter(asked_at__gt=at - NOT_SOONER_THAN).exists():
            raise AskedLately
        mine.delete()
        export = Export.objects.create(user=user, asked_at=at, language=user.language)
        transaction.on_commit(lambda: _make_soon(export.pk), robust=True)
    return export


def make_export(*, export_id: int, at: datetime) -> bool:
    """Make an export that was asked for. Returns whether there was one to make.

    In one transaction: a worker that dies leaves nothing half made, and the clock finds it again.
    All tables are read as they were at one moment. Only one worker at a time makes one.
    """
    with transaction.atomic(durable=True):
        _see_one_moment()
        waiting = Export.objects.waiting().select_for_update(skip_locked=True, of=["self"])
        export = waiting.select_related("user").filter(pk=export_id).first()
        if export is None:
            return False
        _fill(export)
        export.ready_at, export.expires_at = at, at + KEPT_FOR
        export.save(update_fields=["ready_at", "expires_at", "size", "chunks"])
        context = {"number": export.pk, "until": export.expires_at}
        key = f"export:{export.pk}"
        queue_mail(to=export.user, kind=Kind.EXPORT_READY, context=context, key=key)
    return True


def make_waiting_exports(*, at: datetime) -> int:
    """Make what no worker made, and drop what ran out or cannot be made. Returns how many."""
    Export.objects.filter(expires_at__lte=at).delete()
    Export.objects.waiting().filter(asked_at__lt=at - GIVEN_UP_AFTER).delete()
    waiting = Export.objects.waiting().order_by("asked_at").values_list("pk", flat=True)
    return sum(make_export(export_id=number, at=at) for number in waiting)


def read_export(export: Export) -> Iterator[bytes]:
    """The file, piece by piece."""
    pieces = ExportChunk.objects.filter(export=export).values_list("content", flat=True)
    for number in range(export.chunks):
        yield bytes(pieces.get(number=number))


def _fill(export: Export) -> None:
    writer = ChunkWriter(export)
    with (
        translation.override(export.language),
        zipfile.ZipFile(writer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        kept = all_kept()
        rows = {entry.name: write_rows(archive, entry, export.user) for entry in kept}
        context = {
            "kept": [(entry, rows[entry.name]) for entry in kept],
            "user": export.user,
            "name_of_site": settings.SITE_NAME,
            "asked_at": export.asked_at,
        }
        archive.writestr("README.txt", render_to_string("accounts/privacy/export.txt", context))
    writer.finish()
    export.size, export.chunks = writer.size, writer.chunks


def _see_one_moment() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _make_soon(export_id: int) -> None:
    from accounts.privacy.tasks import make_export_of

    make_export_of.apply_async(kwargs={"export_id": export_id}, retry=False, ignore_result=True)
