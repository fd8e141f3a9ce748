"""The Celery app. `celery -A obole worker` and `celery -A obole beat` run it."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_init, heartbeat_sent, setup_logging, worker_init

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


@setup_logging.connect
def write_as_everywhere(**_signal: object) -> None:
    """Celery keeps its hands off the log: the settings say what is written, and how."""
    from django.conf import settings
    from django.utils.log import configure_logging

    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)


@heartbeat_sent.connect
def show_that_the_worker_lives(**_signal: object) -> None:
    """Each two seconds, as long as the worker's own loop turns."""
    from .health.signs import show_life

    show_life("worker")
