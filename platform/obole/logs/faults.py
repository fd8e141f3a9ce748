"""Faults go to Sentry where the operator has one: the place, not the people."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from obole.logs.ids import request_id, task_id
from obole.logs.scrubbing import scrub_all


def report_faults() -> None:
    """Begin to report in this process, if `OBOLE_SENTRY_DSN` is set. Nothing is traced or timed.

    No local variables, bodies, cookies or users are sent, and what is sent is scrubbed.
    """
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk  # of the extra `sentry`

    sentry_sdk.init(
        settings.SENTRY_DSN,
        environment=settings.SITE_HOST,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=without_people,
    )


def without_people(event: Any, _hint: object) -> Any:
    """An event with nothing in it that names somebody or opens something."""
    for part in ("user", "breadcrumbs", "extra"):
        event.pop(part, None)
    request = event.get("request", {})
    for part in ("cookies", "data", "env", "headers", "query_string"):
        request.pop(part, None)
    event["tags"] = {"request": request_id(), "task": task_id(), **(event.get("tags") or {})}
    return scrub_all(event)
