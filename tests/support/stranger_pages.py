"""Every address of the site, and how it is asked for what is Ada's by somebody else.

An entry is for a name in the URL table; what has none goes by its pattern. `OWN` shows or changes
what belongs to whoever asks: others see and change their own. `OF_ADA` names something of Ada's in
its address: for others it is not there. `OPEN` is for everybody, and shows nothing of hers.
tests/obole/test_strangers.py walks all of them, and fails for an address that is not here.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """An address with the numbers of `whole_life`, and what is sent to it beside an empty form."""

    address: str
    sent: tuple[dict[str, str], ...] = field(default=())


def _deeds(*names: str, **more: str) -> tuple[dict[str, str], ...]:
    return tuple({"deed": name, **more} for name in names)


# What strangers send to their own pages, in the hope that it is taken for Ada's.
_NAMES = ("user", "user_id", "owner", "subscriber", "creator", "wallet", "account", "id", "pk")
IN_ADAS_NAME = dict.fromkeys(_NAMES, "{ada}") | {"username": "ada"}
_MONEY = {"amount": "3.00", "currency": "EUR", "key": "quokka", "way": "play"}

# No passkey answers so.
_CREDENTIALS = tuple(
    {"credential": said}
    for said in (
        "[1]",
        '{{"id": "eA"}}',
        '{{"id": "eA", "rawId": "eA", "type": "public-key", "response": {{}}}}',
        '{{"id": "eA", "rawId": "eA", "type": "public-key", "response": {{"signature": "eA"}}}}',
    )
)

OWN = {
    "sign_out": Asked("/sign-out/"),
    "end_looking": Asked("/looking/end"),
    "account_logout": Asked("/sign-out/"),
    "profile_settings": Asked(
        "/settings/profile", ({"username": "ada", "language": "en", "time_zone": "UTC"},)
    ),
    "mfa_index": Asked("/settings/security"),
    "account_email": Asked(
        "/settings/security/email",
        (
            {"action_add": "1", "email": "eve@eve.example"},
            {"action_remove": "1", "email": "quokka@ada.example"},
            {"action_primary": "1", "email": "quokka@ada.example"},
        ),
    ),
    "account_change_password": Asked("/settings/security/password"),
    "account_set_password": Asked("/settings/security/password/first"),
    "mfa_activate_totp": Asked("/settings/security/authenticator", ({"code": "123456"},)),
    "mfa_deactivate_totp": Asked("/settings/security/authenticator/remove"),
    "mfa_view_recovery_codes": Asked("/settings/security/codes"),
    "mfa_generate_recovery_codes": Asked("/settings/security/codes/new"),
    "mfa_download_recovery_codes": Asked("/settings/security/codes/file"),
    "mfa_add_webauthn": Asked("/settings/security/passkeys/add", _CREDENTIALS),
    "usersessions_list": Asked("/settings/sessions"),
    "end_other_sessions": Asked("/settings/sessions/end-others"),
    "mail_settings": Asked("/settings/mail"),
    "privacy_settings": Asked("/settings/privacy"),
    "delete_account": Asked("/settings/privacy/delete", ({"name": "ada"},)),
    "ask_for_export": Asked("/settings/privacy/export"),
    "sites": Asked("/sites/", ({"address": "quokka.example"},)),
    "own_things": Asked("/things/mine/"),
    "register_thing": Asked(
        "/things/mine/new/",
        ({"url": "https://ada.example/quokka", "title": "Mine", "asked": ""},),
    ),
    "own_feeds": Asked("/things/mine/feeds/"),
    "register_feed": Asked("/things/mine/feeds/new/"),
    "clicks": Asked("/clicks/"),
    "undo_click": Asked("/clicks/{tune}/take-back"),
    "show_click": Asked("/clicks/{tune}/show", ({"visibility": "public"},)),
    "standing_clicks": Asked("/clicks/standing/"),
    "change_standing_click": Asked(
        "/clicks/standing/{tune}",
        _deeds("pause", "restart", "end", "extend", "show", visibility="public", term="3"),
    ),
    "waiting_clicks": Asked("/clicks/waiting/"),
    "connections": Asked("/connections/"),
    "applications": Asked("/apps/"),
    "register_application": Asked("/apps/new"),
    "authorised": Asked("/settings/applications"),
    "revoke": Asked("/settings/applications/{application}/revoke"),
    "giving_settings": Asked("/settings/giving/", ({"visibility": "public"},)),
    "budget": Asked("/giving/budget/", ({"amount": "5.00", "currency": "EUR"},)),
    "pause_budget": Asked("/giving/budget/pause"),
    "resume_budget": Asked("/giving/budget/resume"),
    "stop_budget": Asked("/giving/budget/stop"),
    "wallet": Asked("/wallet/"),
    "deposits": Asked("/wallet/payments/"),
    "pay_in": Asked("/wallet/pay-in/"),
    "bank_transfer": Asked("/wallet/pay-in/bank/"),
    "send_tip": Asked("/creators/ben/tip/give/"),
    "choose_creator": Asked("/wallet/tip/"),
    "given_tips": Asked("/wallet/tips/"),
    "tips": Asked("/tips/"),
    "regive": Asked("/payouts/give/", (_MONEY,)),
    "pay_by_card": Asked("/wallet/pay-in/card/", (_MONEY,)),
    "refill_settings": Asked("/settings/refill/", (_MONEY,)),
    "end_refill": Asked("/settings/refill/end"),
    "resume_refill": Asked("/settings/refill/resume"),
    "set_card_up": Asked("/settings/refill/card"),
    "card_setup": Asked("/settings/refill/card/form"),
    "forget_card": Asked("/settings/refill/card/remove"),
    "go_on": Asked("/giving/go-on/"),
    "identities": Asked("/sites/names/"),
    "look_for_addresses": Asked("/sites/names/look/"),
    "withdraw": Asked("/wallet/pay-back/", (_MONEY,)),
    "play_money": Asked("/giving/play-money/", (_MONEY,)),
    "giving": Asked("/giving/"),
    "giving_year": Asked("/giving/2010/"),
    "giving_year_file": Asked("/giving/2010/statement.csv"),
    "giving_month": Asked("/giving/2010-09/"),
    "giving_month_file": Asked("/giving/2010-09/statement.json"),
    "earnings_papers": Asked(
        "/statements/", ({"first": "2010-09", "last": "2010-09", "currency": "EUR"},)
    ),
    "billing_settings": Asked("/settings/statements/", ({"legal_name": "Eve"},)),
    "payouts": Asked("/payouts/"),
    "ask_for_payout": Asked("/payouts/ask/", (_MONEY,)),
    "payout_settings": Asked("/settings/payout/", ({"way": "manual", "words": "cash"},)),
    "forget_payout_details": Asked("/settings/payout/forget/"),
}

OF_ADA = {
    "mfa_edit_webauthn": Asked("/settings/security/passkeys/{passkey}/name", ({"name": "Eve's"},)),
    "mfa_remove_webauthn": Asked("/settings/security/passkeys/{passkey}/remove"),
    "end_session": Asked("/settings/sessions/{session}/end"),
    "fetch_export": Asked("/settings/privacy/export/{export}"),
    "own_thing": Asked("/things/mine/{song}/", ({"title": "Eve's"},)),
    "move_thing": Asked("/things/mine/{song}/move/", ({"url": "https://eve.example/"},)),
    "merge_thing": Asked("/things/mine/{song}/merge/", ({"absorbed": "https://ada.example/"},)),
    "change_thing_state": Asked(
        "/things/mine/{song}/state/", _deeds("withdraw", "restore", "hide", "show")
    ),
    "stop_feed": Asked("/things/mine/feeds/{feed}/", _deeds("stop", "read")),
    "check_site": Asked("/sites/{site}/check/"),
    "give_up_site": Asked("/sites/{site}/give-up/"),
    "drop_kept_click": Asked("/clicks/kept/{kept}/drop"),
    "end_connection": Asked("/connections/{connection}/end"),
    "delete_application": Asked("/apps/{application}/delete"),
    "creator_months": Asked("/creators/ada/months/"),
    "creator_months_file": Asked("/creators/ada/months.csv"),
    "creator_month": Asked("/creators/ada/months/2010-09/"),
    "creator_month_file": Asked("/creators/ada/months/2010-09.json"),
    "earnings_paper": Asked("/statements/{paper}.pdf"),
    "report_tip": Asked("/tips/{tip}/report/"),
    "card_deposit": Asked("/wallet/pay-in/card/{card}/"),
    "partner": Asked("/partner/", ({"url": "https://quokka.example/messages"},)),
    "try_out": Asked("/partner/try/"),
    "endpoint": Asked("/partner/messages/{endpoint}/"),
    "change_endpoint": Asked(
        "/partner/messages/{endpoint}/change/", _deeds("secret", "pause", "resume", "remove")
    ),
    "repeat_message": Asked("/partner/message/{delivery}/again/"),
    "give_up_identity": Asked("/sites/names/{identifier}/give-up/"),
    "call_off_payout": Asked("/payouts/{payout}/call-off/"),
}

OPEN = {
    "front": Asked("/"),
    "settings": Asked("/settings/"),
    "mfa_list_webauthn": Asked("/settings/security/passkeys"),
    "sign_in": Asked("/sign-in/", ({"login": "ada", "password": "guessed"},)),
    "account_login": Asked("/sign-in/", ({"login": "quokka@ada.example", "password": "x"},)),
    "mfa_login_webauthn": Asked("/sign-in/passkey", _CREDENTIALS),
    "mfa_authenticate": Asked("/sign-in/second-step", ({"code": "000000"},)),
    "account_inactive": Asked("/sign-in/closed"),
    "account_reauthenticate": Asked("/sign-in/again", ({"password": "guessed"},)),
    "mfa_reauthenticate": Asked("/sign-in/again/code", ({"code": "000000"},)),
    "mfa_reauthenticate_webauthn": Asked("/sign-in/again/passkey", _CREDENTIALS),
    "account_reset_password": Asked("/sign-in/reset"),
    "account_confirm_password_reset_code": Asked("/sign-in/reset/code", ({"code": "BCDF-GHJK"},)),
    "account_complete_password_reset": Asked(
        "/sign-in/reset/password", ({"password1": "a new long one"},)
    ),
    "account_password_reset_completed": Asked("/sign-in/reset/done"),
    "account_signup": Asked("/sign-up/", ({"username": "ada", "email": "x@x.example"},)),
    "account_email_verification_sent": Asked("/sign-up/code", ({"code": "BCDF-GHJK"},)),
    "start_again": Asked("/sign-up/again"),
    "set_language": Asked("/language/setlang/", ({"language": "fr"},)),
    "privacy": Asked("/privacy"),
    "frame": Asked("/embed/{song}"),
    "frame_of_page": Asked("/embed/?uid=ada&url=https://ada.example/song"),
    "flattr_frame": Asked("/button/view/?uid=ada&url=https://ada.example/song"),
    "flattr_loader": Asked("/js/0.6/load.js"),
    "loader": Asked("/button.js"),
    "button_asset": Asked("/b/nothing/popup.css"),
    "counts": Asked("/count?url=https://ada.example/song"),
    "badge": Asked("/badge/{song}.svg"),
    "plain_badge": Asked("/badge.svg?url=https://ada.example/song"),
    "oembed": Asked("/oembed?url=https://ada.example/song"),
    "button": Asked("/button/?user_id=ada&url=https://ada.example/song"),
    "button_preview": Asked("/button/preview?user_id=ada&url=https://ada.example/song"),
    "catalogue": Asked("/things/?query=draft"),
    "catalogue_atom": Asked("/things.atom"),
    "catalogue_stream": Asked("/things.as"),
    "creator": Asked("/profile/ada"),
    "report_thing": Asked("/report/thing/{song}"),
    "report_person": Asked("/report/person/ada"),
    "creator_atom": Asked("/profile/ada.atom"),
    "creator_clicks_atom": Asked("/profile/ada/clicks.atom"),
    "act_click": Asked("/embed/act/click"),
    "act_undo": Asked("/embed/act/undo"),
    "act_connect": Asked("/embed/act/connect"),
    "act_check": Asked("/embed/act/check"),
    "act_disconnect": Asked("/embed/act/disconnect"),
    # A thing that its owner hid is in no list; its button, which anybody sees, leads here.
    "thing": Asked("/thing/{song}"),
    "thing_with_name": Asked("/thing/{song}/a-song"),
    "thing_atom": Asked("/thing/{song}.atom"),
    "thing_stream": Asked("/thing/{song}.as"),
    "t/<int:thing_id>": Asked("/t/{song}"),
    "submit": Asked("/submit/auto?user_id=ada&url=https://ada.example/song"),
    "click": Asked("/click", ({"subject": "{tune}", "token": "x"},)),
    "take_back": Asked("/click/take-back", ({"subject": "{tune}"},)),
    "repeat_click": Asked("/click/repeat", ({"subject": "{tune}"},)),
    "months": Asked("/months/"),
    "month": Asked("/months/2010-09/"),
    "claim": Asked("/claim/{unowned}"),
    "claim_by_address": Asked("/claim/{unowned}/owner/quokka@ada.example"),
    "card_events": Asked("/stripe/events"),
    "tip": Asked("/creators/ada/tip/"),
    "robots": Asked("/robots.txt"),
    "healthz": Asked("/healthz"),
    "readyz": Asked("/readyz"),
    "metrics": Asked("/metrics"),
}

# Links that carry their own leave: whoever has the mail may switch a kind of it off.
BY_LINK = {"unsubscribe"}
