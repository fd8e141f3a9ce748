"""The addresses of pages that show money."""

from __future__ import annotations

from django.urls import path

from payments.earnings import views as earnings
from payments.giving import views as giving
from things.converters import register_period

register_period()

urlpatterns = [
    path("months/", earnings.list_months, name="months"),
    path("months/<period:period>/", earnings.show_month, name="month"),
    path("creators/<str:username>/months/", earnings.list_creator_months, name="creator_months"),
    path(
        "creators/<str:username>/months/<period:period>/",
        earnings.show_creator_month,
        name="creator_month",
    ),
    path("giving/", giving.list_giving, name="giving"),
    path("giving/<period:period>/", giving.show_giving, name="giving_month"),
]
