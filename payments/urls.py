"""The addresses of pages that show money."""

from __future__ import annotations

from django.urls import include, path, re_path

from payments.earnings import creator_pages as creators
from payments.earnings import views as earnings
from payments.earnings.papers import pages as papers
from payments.giving import budget_pages, choosing, onward, play_pages
from payments.giving import views as giving
from payments.giving.exporting import views as files
from payments.payouts import pages as payouts
from payments.payouts import regiving_pages as regiving
from things.converters import register_period

register_period()

urlpatterns = [
    path("months/", earnings.list_months, name="months"),
    path("months/<period:period>/", earnings.show_month, name="month"),
    path("creators/<str:username>/months/", creators.list_creator_months, name="creator_months"),
    path(
        "creators/<str:username>/months.<str:form>",
        creators.months_file,
        name="creator_months_file",
    ),
    path(
        "creators/<str:username>/months/<period:period>/",
        creators.show_creator_month,
        name="creator_month",
    ),
    path(
        "creators/<str:username>/months/<period:period>.<str:form>",
        creators.month_file,
        name="creator_month_file",
    ),
    path("settings/giving/", choosing.show_giving_settings, name="giving_settings"),
    path("giving/budget/", budget_pages.show_budget, name="budget"),
    path("giving/budget/pause", budget_pages.pause, name="pause_budget"),
    path("giving/budget/resume", budget_pages.resume, name="resume_budget"),
    path("giving/budget/stop", budget_pages.stop, name="stop_budget"),
    path("", include("payments.deposits.urls")),
    path("giving/go-on/", onward.go_on, name="go_on"),
    path("", include("payments.tips.urls")),
    path("giving/play-money/", play_pages.show_play_money, name="play_money"),
    path("giving/", giving.list_giving, name="giving"),
    path("giving/<int:year>/", giving.show_giving_year, name="giving_year"),
    path("giving/<int:year>/statement.<str:form>", files.send_year, name="giving_year_file"),
    path("giving/<period:period>/", giving.show_giving, name="giving_month"),
    path("giving/<period:period>/statement.<str:form>", files.send_month, name="giving_month_file"),
    path("statements/", papers.list_papers, name="earnings_papers"),
    re_path(
        r"^statements/(?P<title>E-[0-9]{4}-[0-9]{6,9})\.pdf$",
        papers.fetch_paper,
        name="earnings_paper",
    ),
    path("settings/statements/", papers.edit_billing, name="billing_settings"),
    path("payouts/", payouts.show_payouts, name="payouts"),
    path("payouts/ask/", payouts.ask_for_payout, name="ask_for_payout"),
    path("payouts/give/", regiving.regive, name="regive"),
    path("payouts/<int:payout_id>/call-off/", payouts.call_off_payout, name="call_off_payout"),
    path("settings/payout/", payouts.edit_details, name="payout_settings"),
    path("settings/payout/forget/", payouts.forget_details, name="forget_payout_details"),
]
