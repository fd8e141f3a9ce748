"""Exports, made beside the request."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.privacy.exporting import make_export, make_waiting_exports


@shared_task(name="accounts.make_export_of", ignore_result=True)
def make_export_of(export_id: int) -> None:
    """Make an export that somebody asked for."""
    make_export(export_id=export_id, at=timezone.now())


@shared_task(name="accounts.make_exports")
def make_exports() -> int:
    """Make the exports that no worker made, and drop those that ran out."""
    return make_waiting_exports(at=timezone.now())
