"""Every page that a person can see, as who sees it, at which address: tests/browser walks them.

A name is that of the address pattern, with more words where the page is several. An address may
hold numbers of `whole_life`. Who sees it is somebody of `whole_life`, nobody, or a step of a way in
that `tests/browser/walking.py` takes first. What an address is missing here fails the walk.
"""

from __future__ import annotations

from site_pages import FORMS, PAGES

# What stands on its own, is Ada's where others have less of it, or comes after a first step.
_MORE = {
    "front olga": ("olga", "/"),
    "thing": ("ada", "/thing/{tune}"),
    "thing nobody": (None, "/thing/{tune}"),
    "thing own": ("ada", "/thing/{song}"),
    "thing_with_name": (None, "/thing/{tune}/a-tune"),
    "thing window": ("ada", "/thing/{air}?popup=2&n=1"),
    "thing window given": ("ada", "/thing/{tune}?popup=2&n=1"),
    "thing window nobody": (None, "/thing/{air}?popup=2&n=1"),
    "frame": (None, "/embed/{song}"),
    "frame_of_page": (None, "/embed/?uid=ada&url=https://ada.example/song"),
    "flattr_frame": (None, "/button/view/?uid=ada&url=https://ada.example/song"),
    "submit wrong": ("ada", "/submit/auto?user_id=nobody&url=x"),
    "submit nobody": (None, "/submit/auto?user_id=ben&url=https://ben.example/new"),
    "button nobody": (None, "/button/"),
    "button_preview": (None, "/button/preview?user_id=ben&url=https://ben.example/tune"),
    "catalogue found": (None, "/things/?query=tune"),
    "catalogue empty": (None, "/things/?query=nothinglikeit"),
    "report_thing": ("ben", "/report/thing/{song}"),
    "claim": ("ben", "/claim/{unowned}"),
    "claim nobody": (None, "/claim/{unowned}"),
    "creator_months": ("ada", "/creators/ada/months/"),
    "creator_month": ("ada", "/creators/ada/months/2010-09/"),
    "creator_month running": ("ada", "/creators/ada/months/{now}/"),
    "giving_month running": ("ada", "/giving/{now}/"),
    "giving new": ("eve", "/giving/"),
    "tips": ("ada", "/tips/"),
    "sites": ("ada", "/sites/"),
    "identities": ("ada", "/sites/names/"),
    "payouts": ("ada", "/payouts/"),
    "payouts new": ("eve", "/payouts/"),
    "payout_settings": ("ada", "/settings/payout/"),
    "payout_settings new": ("eve", "/settings/payout/"),
    "earnings_papers": ("ada", "/statements/"),
    "billing_settings": ("ada", "/settings/statements/"),
    "regive": ("ada", "/payouts/give/"),
    "own_things": ("ada", "/things/mine/"),
    "own_thing": ("ada", "/things/mine/{song}/"),
    "register_thing": ("ada", "/things/mine/new/"),
    "own_feeds": ("ada", "/things/mine/feeds/"),
    "register_feed": ("ada", "/things/mine/feeds/new/"),
    "partner": ("ada", "/partner/"),
    "endpoint": ("ada", "/partner/messages/{endpoint}/"),
    "pay_in": ("ada", "/wallet/pay-in/"),
    "bank_transfer": ("ada", "/wallet/pay-in/bank/"),
    "pay_by_card": ("ada", "/wallet/pay-in/card/"),
    "card_deposit": ("ada", "/wallet/pay-in/card/{card to pay}/"),
    "card_deposit paid": (
        "ada",
        "/wallet/pay-in/card/{card paid}/?payment_intent=x",
    ),
    "card_deposit arrived": ("ada", "/wallet/pay-in/card/{card arrived}/"),
    "card_deposit failed": ("ada", "/wallet/pay-in/card/{card}/"),
    "refill_settings": ("ada", "/settings/refill/"),
    "refill_settings running": ("eve", "/settings/refill/"),
    "card_setup": ("ada saving a card", "/settings/refill/card/form"),
    "unsubscribe": (None, "/mail/unsubscribe/{unsubscribe}/"),
    "authorize": (
        "ada",
        "/oauth/authorize?client_id={client}&response_type=code&redirect_uri=https://quokka.example/done",
    ),
    "authorize wrong": ("ada", "/oauth/authorize?client_id=nobody&response_type=code"),
    "account_change_password": ("ada", "/settings/security/password"),
    "account_set_password": ("ben without a password", "/settings/security/password/first"),
    "mfa_index": ("ada", "/settings/security"),
    "mfa_index new": ("ben", "/settings/security"),
    "mfa_activate_totp": ("ben", "/settings/security/authenticator"),
    "mfa_deactivate_totp": ("eve", "/settings/security/authenticator/remove"),
    "mfa_edit_webauthn": ("ada", "/settings/security/passkeys/{passkey}/name"),
    "mfa_remove_webauthn": ("ada", "/settings/security/passkeys/{passkey}/remove"),
    "mfa_view_recovery_codes": ("ada", "/settings/security/codes"),
    "mfa_generate_recovery_codes": ("ada", "/settings/security/codes/new"),
    # A passkey of `whole_life` is none that a device could be asked for.
    "mfa_add_webauthn": ("ben", "/settings/security/passkeys/add"),
    "account_reauthenticate": ("ada since yesterday", "/sign-in/again"),
    "mfa_reauthenticate": ("eve since yesterday", "/sign-in/again/code"),
    "mfa_authenticate": ("eve on the second step", "/sign-in/second-step"),
    "account_email_verification_sent": ("ida signing up", "/sign-up/code"),
    "account_confirm_password_reset_code": ("ben who forgot", "/sign-in/reset/code"),
    "account_complete_password_reset": ("ben who has the code", "/sign-in/reset/password"),
}
_ERRORS = {
    "error 403": ("ada", "/errors/403/"),
    "error 403 form": ("ada", "/errors/403/form/"),
    "error 404": (None, "/nothing/here/"),
    "error 404 ada": ("ada", "/nothing/here/"),
    "error 405": ("ada", "/click"),
    "error 429": (None, "/errors/429/"),
    "error 500": ("ada", "/errors/500/"),
}
# Forms that come back with what is wrong in them: the first button of `main` is pressed.
_REFUSED = {
    "account_signup refused": (None, "/sign-up/"),
    "sign_in refused": (None, "/sign-in/"),
    "budget refused": ("ada", "/giving/budget/"),
    "play_money refused": ("ada", "/giving/play-money/"),
    "register_thing refused": ("ada", "/things/mine/new/"),
    "payout_settings refused": ("eve", "/settings/payout/"),
    "tip refused": ("ada", "/creators/ben/tip/"),
    "withdraw refused": ("ada", "/wallet/pay-back/"),
}
EVERY_PAGE: dict[str, tuple[str | None, str]] = {**PAGES, **FORMS, **_MORE, **_ERRORS, **_REFUSED}

# Pages that answer with an error on purpose, which a browser writes down.
ANSWER_WITH_ERRORS = {name for name in EVERY_PAGE if name.startswith("error") or "refused" in name}
ANSWER_WITH_ERRORS |= {"submit wrong", "authorize wrong", "card_deposit failed"}

# What leads on to a page that is walked, whoever asks.
LEADS_ON = {
    "settings",
    "sign_out",
    "account_logout",
    "account_login",
    "mfa_list_webauthn",
    "mfa_reauthenticate_webauthn",
    "t/<int:thing_id>",
    "claim_by_address",
    "account_inactive",
    "mfa_login_webauthn",
    "start_again",
    "set_language",
}

# Pages of the administration that are not those of a table.
OF_ADMIN = {
    "index": "/admin/",
    "login": "/admin/login/",
    "password_change": "/admin/password_change/",
    "month_ends": "/admin/month-ends/",
    "month_end": "/admin/month-ends/2010-09/",
    "month_end running": "/admin/month-ends/{now}/",
    "ledger": "/admin/ledger/",
    "ledger_account": "/admin/ledger/accounts/{wallet}/",
    "ledger_transfer": "/admin/ledger/transfers/{transfer}/",
    "things_click": "/admin/things/click/",
    "things_click of": "/admin/things/click/?subscriber=ada",
    "app_list": "/admin/payments/",
    "accounts_user_look": "/admin/accounts/user/{ada}/look/",
    "accounts_user_suspension": "/admin/accounts/user/{ada}/suspension/",
    "things_thing_suspension": "/admin/things/thing/{song}/suspension/",
    "auth_user_password_change": "/admin/accounts/user/{ada}/password/",
    "things_thing_history": "/admin/things/thing/{song}/history/",
    "payments_abuserule_try of": "/admin/payments/abuserule/{rule}/try/?period=2010-09",
}
# Tables whose rows are several pages, by their state.
WITH_DEEDS = {
    "payments.AbuseMark",
    "payments.AbuseRule",
    "payments.BankLine",
    "payments.Correction",
    "payments.Exclusion",
    "payments.Payout",
    "payments.PayoutBatch",
    "things.Report",
}
