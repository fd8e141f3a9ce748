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
    "applications": ("ada", "/apps/"),
    "register_application": ("ada", "/apps/new"),
    "authorised": ("ada", "/settings/applications"),
}
# Lists of what is clicked now, and pages that are mostly forms; tests/browser reads them too.
FORMS = {
    "catalogue": (None, "/things/"),
    "creator": (None, "/profile/ben"),
    "button": ("ben", "/button/?user_id=ben&url=https://ben.example/new"),
    "sites": ("ben", "/sites/"),
    "submit": ("ada", "/submit/auto?user_id=ben&url=https://ben.example/new"),
    "clicks": ("ada", "/clicks/"),
    "budget": ("ada", "/giving/budget/"),
    "giving_settings": ("ada", "/settings/giving/"),
    "play_money": ("ada", "/giving/play-money/"),
    "profile_settings": ("ada", "/settings/profile"),
    "mail_settings": ("ada", "/settings/mail"),
    "payouts": ("ben", "/payouts/"),
    "payout_settings": ("ben", "/settings/payout/"),
}
NO_PAGES = {
    "robots",
    "settings",
    "unsubscribe",
    "set_language",
    "sign_out",
    "delete_application",
    "revoke",
}
# What frames, scripts and feeds ask for, and the window of a click: tests/browser walks them.
NO_PAGES |= set(TABLE) - {"sign_in", "submit", "budget", "play_money", "button"}
NO_PAGES |= {
    "undo_click",
    "show_click",
    "end_standing_click",
    "end_connection",
    "t/<int:thing_id>",
}
NO_PAGES |= {"ask_for_payout", "call_off_payout", "forget_payout_details"}
# What programs talk to has tests of its own; the consent page needs an application that asks.
PROGRAMS = ("^rest/v2", "rest/v2", "^oauth/")
# What does not show more when there is more.
SHORT = {"front", "front ada", "front ben", "month", "sign_in", "register_application"}
