"""`Idempotency-Key`: the same write sent twice is done once, and answered the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Error, Refused
from accounts.api.models import KEY_LENGTH, KeptAnswer
from accounts.api.views import ApiView

KEPT_FOR = timedelta(days=1)

Write = Callable[..., Response]


def once(write: Write) -> Write:
    """Let a method of a view take an `Idempotency-Key`.

    The key's row and what the method writes are one transaction. Of two requests at once with
    the same key the second waits at the unique constraint, then finds the first one's answer.
    A refused request leaves no key behind: it may be mended and sent again. Refuses as
    `conflict` a key that was used for another request.
    """

    @wraps(write)
    def done_once(view: ApiView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return write(view, request, *args, **kwargs)
        if len(key) > KEY_LENGTH or not (key.isascii() and key.isprintable()):
            raise Refused(
                Error.INVALID_REQUEST, f"Idempotency-Key must be 1 to {KEY_LENGTH} ASCII characters"
            )
        with transaction.atomic():
            kept = _keep(view, request, key)
            if kept.status is not None:
                return Response(kept.body, status=kept.status)
            answer = write(view, request, *args, **kwargs)
            kept.status, kept.body = answer.status_code, answer.data
            kept.save(update_fields=["status", "body"])
        return answer

    done_once.takes_idempotency_key = True  # type: ignore[attr-defined]  # a test looks for it
    return done_once


def drop_old_answers(*, at: datetime) -> int:
    """Drop what was kept longer than a day before a moment. Returns how many."""
    dropped, _ = KeptAnswer.objects.filter(created_at__lt=at - KEPT_FOR).delete()
    return dropped


def _keep(view: ApiView, request: Request, key: str) -> KeptAnswer:
    fingerprint = _fingerprint(request)
    kept, _ = KeptAnswer.objects.get_or_create(
        user=view.subscriber,
        key=key,
        defaults={"fingerprint": fingerprint, "created_at": timezone.now()},
    )
    if kept.fingerprint != fingerprint:
        raise Refused(Error.CONFLICT)
    return kept


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True)
    said = f"{request.method} {request.get_full_path()}\n{body}"
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()
