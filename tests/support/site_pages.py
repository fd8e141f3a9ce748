"""The pages of the site: who opens each, and at which address. Several tests walk them.

The names are those of the address patterns; where a page is two, who sees it follows a blank.
A page that is missing here fails tests/payments/test_pages.py.
"""

from __future__ import annotations

from obole.headers import TABLE

# Pages with rows: they show more when there is more, and ask the database as often.
PAGES = {
    "front": (None, "/"),
    "front ada": ("ada", "/"),
    "front ben": ("ben", "/"),
    "months": (None, "/months/"),
    "month": (None, "/months/2010-09/"),
    "sign_in": (None, "/sign-in/"),
    "creator_months": ("ben", "/creators/ben/months/"),
    "creator_month": ("ben", "/creators/ben/months/2010-09/"),
    "giving": ("ada", "/giving/"),
    "giving_month": ("ada", "/giving/2010-09/"),
    "giving_year": ("ada", "/giving/2010/"),
    "wallet": ("ada", "/wallet/"),
    "deposits": ("ada", "/wallet/payments/"),
    "given_tips": ("ada", "/wallet/tips/"),
    "tips": ("ben", "/tips/"),
    "applications": ("ada", "/apps/"),
    "register_application": ("ada", "/apps/new"),
    "authorised": ("ada", "/settings/applications"),
}
# Lists of what is clicked now, and pages that are mostly forms; tests/browser reads them too.
FORMS = {
    "catalogue": (None, "/things/"),
    "creator": (None, "/profile/ben"),
    "report_person": (None, "/report/person/ben"),
    "button": ("ben", "/button/?user_id=ben&url=https://ben.example/new"),
    "sites": ("ben", "/sites/"),
    "submit": ("ada", "/submit/auto?user_id=ben&url=https://ben.example/new"),
    "clicks": ("ada", "/clicks/"),
    "standing_clicks": ("ada", "/clicks/standing/"),
    "waiting_clicks": ("ada", "/clicks/waiting/"),
    "connections": ("ada", "/connections/"),
    "budget": ("ada", "/giving/budget/"),
    "giving_settings": ("ada", "/settings/giving/"),
    "play_money": ("ada", "/giving/play-money/"),
    "account_signup": (None, "/sign-up/"),
    "account_reset_password": (None, "/sign-in/reset"),
    "account_password_reset_completed": (None, "/sign-in/reset/done"),
    "account_inactive": (None, "/sign-in/closed"),
    "withdraw": ("ada", "/wallet/pay-back/"),
    "tip": ("ada", "/creators/ben/tip/"),
    "choose_creator": ("ada", "/wallet/tip/"),
    "regive": ("ben", "/payouts/give/"),
    "profile_settings": ("ada", "/settings/profile"),
    "privacy": (None, "/privacy"),
    "delete_account": ("ada", "/settings/privacy/delete"),
    "privacy_settings": ("ada", "/settings/privacy"),
    "mfa_index": ("ada", "/settings/security"),
    "account_email": ("ada", "/settings/security/email"),
    "account_set_password": ("ada", "/settings/security/password/first"),
    "mfa_activate_totp": ("ada", "/settings/security/authenticator"),
    "mfa_add_webauthn": ("ada", "/settings/security/passkeys/add"),
    "usersessions_list": ("ada", "/settings/sessions"),
    "mail_settings": ("ada", "/settings/mail"),
    "identities": ("ben", "/sites/names/"),
    "refill_settings": ("ada", "/settings/refill/"),
    "payouts": ("ben", "/payouts/"),
    "payout_settings": ("ben", "/settings/payout/"),
    "earnings_papers": ("ben", "/statements/"),
    "billing_settings": ("ben", "/settings/statements/"),
}
NO_PAGES = {
    "robots",
    "end_looking",
    "settings",
    "report_thing",  # as that of a person
    "unsubscribe",
    "set_language",
    "sign_out",
    "delete_application",
    "revoke",
}
# What frames, scripts and feeds ask for, and the window of a click: tests/browser walks them.
NO_PAGES |= set(TABLE) - {"sign_in", "submit", "budget", "play_money", "button"}
# Of cards, which need an account at Stripe: tests/payments/deposits/stripe goes these ways.
NO_PAGES |= {"pay_by_card", "card_deposit", "card_events", "go_on"}
NO_PAGES |= {"end_refill", "resume_refill", "set_card_up", "card_setup", "forget_card"}
NO_PAGES |= {
    "pause_budget",
    "resume_budget",
    "stop_budget",
    "undo_click",
    "show_click",
    "change_standing_click",
    "end_connection",
    "t/<int:thing_id>",
}
NO_PAGES |= {"pay_in"}  # it goes straight on where there is one way
NO_PAGES |= {"giving_month_file", "giving_year_file"}
NO_PAGES |= {"send_tip", "report_tip"}
NO_PAGES |= {"earnings_paper", "ask_for_payout", "call_off_payout", "forget_payout_details"}
# On the way in, after a first step; tests/accounts goes all these ways.
NO_PAGES |= {
    "account_complete_password_reset",
    "account_confirm_password_reset_code",
    "account_email_verification_sent",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "start_again",
}
# Of who has a password, an authenticator, codes or a passkey: likewise.
NO_PAGES |= {
    "account_change_password",
    "ask_for_export",
    "fetch_export",
    "end_other_sessions",
    "end_session",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}
# What programs talk to has tests of its own; the consent page needs an application that asks.
PROGRAMS = ("^rest/v2", "rest/v2", "^oauth/")
# What does not show more when there is more.
SHORT = {"front", "front ada", "front ben", "month", "sign_in", "register_application"}

# Of what a creator registers, and of transfers, which need an account of the site's: the tests of
# things and deposits go these ways.
NO_PAGES |= {
    "bank_transfer",
    "change_endpoint",
    "claim",
    "claim_by_address",
    "drop_kept_click",
    "endpoint",
    "give_up_identity",
    "look_for_addresses",
    "partner",
    "repeat_message",
    "try_out",
    "change_thing_state",
    "check_site",
    "creator_month_file",
    "creator_months_file",
    "give_up_site",
    "merge_thing",
    "move_thing",
    "own_feeds",
    "own_thing",
    "own_things",
    "register_feed",
    "register_thing",
    "stop_feed",
}
