"""Who looks at a page that only signed-in people see."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from accounts.models import User


def viewer(request: HttpRequest) -> User:
    """The signed-in user of a request; for views behind `login_required`."""
    return cast("User", request.user)
