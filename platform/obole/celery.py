"""The Celery app. `celery -A obole worker` and `celery -A obole beat` run it."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")

app = Celery("obole")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def start_servers(**_signal: object) -> None:
    """Start the servers that the environment does not name, before the first connection."""
    from .servers import start_missing

    start_missing()
