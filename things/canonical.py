"""One address for one page: the form under which a thing is registered, and found again.

What is dropped says where a reader came from or who they are, never what the page is. Addresses
that were stored before this form stay as they are; they are found by the same key.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit

from things.addresses import check_url, tidy_url

# Parameters that mail programs, advertisers and social networks hang on; in lower case.
_TRACKING = frozenset(
    [
        "_branch_match_id",
        "_bta_c",
        "_bta_tid",
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "_ke",
        "_kx",
        "_openstat",
        "__hsfp",
        "__hssc",
        "__hstc",
        "__s",
        "cvid",
        "dclid",
        "ef_id",
        "epik",
        "fb_action_ids",
        "fb_action_types",
        "fb_ref",
        "fb_source",
        "fbclid",
        "gad_campaignid",
        "gad_source",
        "gbraid",
        "gclid",
        "gclsrc",
        "gs_l",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "hsa_acc",
        "hsa_ad",
        "hsa_cam",
        "hsa_grp",
        "hsa_kw",
        "hsa_mt",
        "hsa_net",
        "hsa_src",
        "hsa_tgt",
        "hsa_ver",
        "hsctatracking",
        "igsh",
        "igshid",
        "irclickid",
        "jsessionid",
        "mc_cid",
        "mc_eid",
        "mibextid",
        "mkt_tok",
        "ml_subscriber",
        "ml_subscriber_hash",
        "msclkid",
        "ncid",
        "oly_anon_id",
        "oly_enc_id",
        "phpsessid",
        "rb_clickid",
        "ref_src",
        "ref_url",
        "s_cid",
        "s_kwcid",
        "soc_src",
        "soc_trk",
        "srsltid",
        "sscid",
        "trk_contact",
        "trk_msg",
        "trk_module",
        "trk_sid",
        "ttclid",
        "twclid",
        "vero_conv",
        "vero_id",
        "wbraid",
        "wickedid",
        "wickedsource",
        "wt_mc",
        "wt_zmc",
        "xtor",
        "yclid",
        "ymclid",
        "ysclid",
    ]
)
_TRACKING_FAMILIES = ("utm_", "mtm_", "matomo_", "pk_", "piwik_", "at_medium", "at_campaign")
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE | re.ASCII)

# Hosts of one service that show the same page, and what is said of the reader there.
_YOUTUBE = frozenset({"youtube.com", "m.youtube.com", "www.youtube.com"})
_OF_YOUTUBE = frozenset({"si", "feature", "pp", "ab_channel"})
_TWITTER = frozenset({"mobile.twitter.com", "m.twitter.com", "www.twitter.com", "twitter.com"})
_OF_TWITTER = frozenset({"s", "t"})
_MOBILE_WIKI = re.compile(
    r"([a-z-]+)\.m\.((?:wikipedia|wiktionary|wikibooks|wikinews|wikisource)\.org)", re.ASCII
)


def canonical_url(text: str) -> str:
    """The address under which a page is registered. Idempotent.

    As `tidy_url`, without session and tracking parameters and without empty ones; the order of
    the others is kept. The fragment goes, unless it begins with `!` or `/`: so begin the
    addresses of pages that a script draws. Raises NotAWebAddress (of things.addresses).
    """
    parts = urlsplit(_of_service(tidy_url(text)))
    path = _SESSION.sub("", parts.path)
    query = "&".join(piece for piece in parts.query.split("&") if not _is_dropped(piece))
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return check_url(urlunsplit((parts.scheme, parts.netloc, path, query, fragment)))


def address_key(url: str) -> bytes:
    """What two addresses of one page share: 32 bytes. `http` and `https` make no difference.

    Raises NotAWebAddress.
    """
    without_scheme = canonical_url(url).partition(":")[2]
    return hashlib.sha256(without_scheme.encode()).digest()


def _is_dropped(piece: str) -> bool:
    name = unquote_plus(piece.partition("=")[0]).lower()
    return not piece or name in _TRACKING or name.startswith(_TRACKING_FAMILIES)


def _of_service(url: str) -> str:
    """The one address of a page on services that have several."""
    parts = urlsplit(url)
    host, path, query = parts.netloc, parts.path, parts.query
    if host == "youtu.be" and len(path) > 1:
        host, path, query = "www.youtube.com", "/watch", _first(query, v=path[1:])
    if host in _YOUTUBE:
        host, query = "www.youtube.com", _without(query, _OF_YOUTUBE)
    elif host in _TWITTER:
        host, query = "twitter.com", _without(query, _OF_TWITTER)
    elif wiki := _MOBILE_WIKI.fullmatch(host):
        host = f"{wiki[1]}.{wiki[2]}"
    return urlunsplit((parts.scheme, host, path, query, parts.fragment))


def _first(query: str, **said: str) -> str:
    return "&".join(part for part in (urlencode(said), query) if part)


def _without(query: str, names: frozenset[str]) -> str:
    return "&".join(piece for piece in query.split("&") if piece.partition("=")[0] not in names)
