"""What every answer carries: one table, a row for each kind of address.

The names are those of the address patterns. What is not named has the row EVERYTHING_ELSE.
Where a header is None, the answer does not carry it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from django.conf import settings
from django.http import HttpResponseBase

CSP = "Content-Security-Policy"
CORS = "Access-Control-Allow-Origin"

# Features that no page of ours uses, and no page may be talked into using.
_NOTHING = (
    "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(),"
    " publickey-credentials-get=(), usb=()"
)
# A frame that asked for unpartitioned storage could be clicked on any page.
_NOTHING_FRAMED = f"storage-access=(), {_NOTHING}"


@dataclass(frozen=True)
class Headers:
    """One row. `{site}` in a policy is this site's address, `{ancestors}` who may frame."""

    csp: str
    coop: str | None = "same-origin"
    corp: str | None = "same-origin"
    coep: str | None = None
    cors: str | None = None
    permissions: str = _NOTHING
    referrer: str = "strict-origin-when-cross-origin"
    cache: str | None = None
    frame_options: str | None = "DENY"
    # Those that a view may set otherwise: it then knows more than the table.
    left_to_views: tuple[str, ...] = ()


EVERYTHING_ELSE = Headers(
    csp="default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " img-src 'self' data:; object-src 'none'",
    left_to_views=(CSP,),
)
# Programs of any site read it: by CORS, which its own middleware answers, and by JSONP.
API = replace(EVERYTHING_ELSE, corp="cross-origin", left_to_views=(CSP, CORS))

# The page of a thing is also the window that the frame opens: `same-origin` would cut the
# window from its opener. It is safe without, since it speaks to its own origin only.
_POPUP = Headers(
    csp="default-src 'none'; script-src {site}/b/; style-src 'self'; img-src 'self';"
    " font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    coop="unsafe-none",
    cache="no-store",
)
# Signing up, signing in and setting a budget happen in that window too, on the way.
_ON_THE_WAY = replace(EVERYTHING_ELSE, coop="unsafe-none", cache="no-store")
_WITH_PASSKEY = replace(
    _ON_THE_WAY,
    permissions=_NOTHING.replace("credentials-get=()", "credentials-get=(self)"),
)
# Stripe's form for cards, as https://docs.stripe.com/security/guide#content-security-policy has it;
# wallets such as Apple Pay are asked for by its frame. Nothing of it is on any other page.
_CARD = replace(
    _ON_THE_WAY,
    csp=f"{_ON_THE_WAY.csp}; script-src 'self' https://js.stripe.com https://*.js.stripe.com;"
    " connect-src 'self' https://api.stripe.com;"
    " frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
    permissions=_NOTHING.replace("payment=()", 'payment=(self "https://js.stripe.com")'),
)
_OF_ONE_USER = replace(EVERYTHING_ELSE, cache="no-store")

_FRAME = Headers(
    csp="default-src 'none'; script-src {site}/b/; style-src {site}/b/;"
    " connect-src {site}/embed/act/ {site}/count; base-uri 'none'; form-action 'none';"
    " frame-ancestors {ancestors}",
    coop=None,
    corp="cross-origin",
    coep="require-corp",
    permissions=_NOTHING_FRAMED,
    referrer="no-referrer",
    cache="public, max-age=60, stale-while-revalidate=600",
    frame_options=None,
)
_BARE = "default-src 'none'; frame-ancestors 'none'"
_LOADER = Headers(
    csp=_BARE,
    corp="cross-origin",
    cors="*",
    cache="public, max-age=86400, stale-while-revalidate=604800",
    frame_options=None,
)
_ASSET = replace(_LOADER, cache="public, max-age=31536000, immutable")
_COUNTS = replace(_LOADER, cache="public, max-age=60, stale-while-revalidate=600")
_BADGE = replace(_LOADER, cache="public, max-age=300, stale-while-revalidate=3600")
_FEED = replace(_LOADER, cache="public, max-age=300")
_ACT = Headers(
    csp=_BARE,
    permissions=_NOTHING_FRAMED,
    referrer="no-referrer",
    cache="no-store",
)
_PUBLIC = replace(EVERYTHING_ELSE, cache=None)
# For programs of the operator's.
_SUPERVISORS = Headers(csp=_BARE, referrer="no-referrer", cache="no-store")

TABLE: dict[str, Headers] = {
    "healthz": _SUPERVISORS,
    "readyz": _SUPERVISORS,
    "metrics": _SUPERVISORS,
    "loader": _LOADER,
    "flattr_loader": _LOADER,
    "button_asset": _ASSET,
    "frame": _FRAME,
    "frame_of_page": _FRAME,
    "flattr_frame": _FRAME,
    "act_click": _ACT,
    "act_undo": _ACT,
    "act_connect": _ACT,
    "act_check": _ACT,
    "act_disconnect": _ACT,
    "counts": _COUNTS,
    "badge": _BADGE,
    "plain_badge": _BADGE,
    "oembed": _FEED,
    "thing_atom": _FEED,
    "thing_stream": _FEED,
    "creator_atom": _FEED,
    "creator_clicks_atom": _FEED,
    "catalogue_atom": _FEED,
    "catalogue_stream": _FEED,
    "thing": _POPUP,
    "thing_with_name": _POPUP,
    "submit": _POPUP,
    "click": _POPUP,
    "take_back": _POPUP,
    "repeat_click": _POPUP,
    "sign_in": _WITH_PASSKEY,
    "mfa_login_webauthn": _WITH_PASSKEY,
    "mfa_authenticate": _WITH_PASSKEY,
    "mfa_reauthenticate_webauthn": _WITH_PASSKEY,
    "budget": _ON_THE_WAY,
    "pay_in": _ON_THE_WAY,
    "play_money": _ON_THE_WAY,
    "pay_by_card": _ON_THE_WAY,
    "card_deposit": _CARD,
    "bank_transfer": _ON_THE_WAY,
    "go_on": _ON_THE_WAY,
    "card_setup": replace(_CARD, coop="same-origin"),
    # The builder shows a button: the loader and the frame are this site's own.
    "button": replace(_PUBLIC, csp=_PUBLIC.csp + "; frame-src 'self'", cache="no-store"),
    # The preview stands on a page of its own, which is framed by the builder alone.
    "button_preview": Headers(
        csp="default-src 'none'; script-src {site}/b/; style-src 'self'; img-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
        cache="no-store",
        frame_options=None,
    ),
}


# Whole branches, for what the table does not name.
BRANCHES = {"/rest/": API, "/sign-": _ON_THE_WAY, "/settings/": _OF_ONE_USER}


def headers_of(name: str | None, path: str = "") -> Headers:
    """The row of an address by the name of its pattern, or by how it begins."""
    of_branch = (row for beginning, row in BRANCHES.items() if path.startswith(beginning))
    return TABLE.get(name or "") or next(of_branch, EVERYTHING_ELSE)


def dress(response: HttpResponseBase, row: Headers, *, ancestors: tuple[str, ...] = ()) -> None:
    """Give an answer the headers of its row; what the row does not say is taken away."""
    for header, value in written(row, settings.SITE_URL, ancestors=ancestors):
        if header in row.left_to_views and header in response.headers:
            continue
        if value is None:
            response.headers.pop(header, None)
        else:
            response.headers[header] = value
    cache = row.cache
    if cache is not None:
        response.headers["Cache-Control"] = cache if response.status_code < 400 else "no-store"


@lru_cache(maxsize=1024)
def written(
    row: Headers, site: str, *, ancestors: tuple[str, ...] = ()
) -> tuple[tuple[str, str | None], ...]:
    """A row's headers but `Cache-Control`, which depends on the answer; None for what must go."""
    who = " ".join(ancestors) or "'none'"
    return (
        (CSP, row.csp.replace("{site}", site).replace("{ancestors}", who)),
        ("Cross-Origin-Opener-Policy", row.coop),
        ("Cross-Origin-Resource-Policy", row.corp),
        ("Cross-Origin-Embedder-Policy", row.coep),
        (CORS, row.cors),
        ("Permissions-Policy", row.permissions),
        ("Referrer-Policy", row.referrer),
        ("X-Frame-Options", row.frame_options),
        ("X-Content-Type-Options", "nosniff"),
    )
