"""Who may call an operation: each says so, and one that does not is closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.api.errors import Error, Refused
from accounts.oauth.scopes import Scope

if TYPE_CHECKING:
    from accounts.api.views import ApiView


@dataclass(frozen=True)
class Access:
    """What a request must bring: a token or none, and which scopes the token must have."""

    token: bool = True
    scopes: frozenset[Scope] = field(default_factory=frozenset)


PUBLIC = Access(token=False)
ANY_TOKEN = Access()


def needs(*scopes: Scope) -> Access:
    """A token with all of these scopes."""
    return Access(scopes=frozenset(scopes))


def has_scope(request: Request, scope: Scope) -> bool:
    """Whether the request's token, if it has one, was given a scope."""
    granted: str = getattr(request.auth, "scope", "")
    return scope in granted.split()


class DeclaredAccess(BasePermission):
    """Hold an operation to what its view declares in `access`, by method."""

    def has_permission(self, request: Request, view: ApiView) -> bool:  # type: ignore[override]
        """Refuse as `unauthorized` or `insufficient_scope`; False where nothing is declared."""
        access = view.access.get(str(request.method))
        if access is None:
            return False
        if access.token and request.auth is None:
            raise Refused(Error.UNAUTHORIZED)
        missing = [scope for scope in sorted(access.scopes) if not has_scope(request, scope)]
        if missing:
            raise Refused(
                Error.INSUFFICIENT_SCOPE, f"The token lacks the scope {' '.join(missing)}"
            )
        return True
