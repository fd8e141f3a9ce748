"""The addresses of tips."""

from __future__ import annotations

from django.urls import path

from payments.tips import lists, pages

urlpatterns = [
    path("creators/<str:username>/tip/", pages.show_tip, name="tip"),
    path("creators/<str:username>/tip/give/", pages.send_tip, name="send_tip"),
    path("wallet/tip/", pages.choose_creator, name="choose_creator"),
    path("wallet/tips/", lists.list_given, name="given_tips"),
    path("tips/", lists.list_received, name="tips"),
    path("tips/<int:tip_id>/report/", lists.report, name="report_tip"),
]
