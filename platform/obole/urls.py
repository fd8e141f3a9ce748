"""Which address belongs to which app."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from obole import views
from obole.api import api_patterns, description_patterns, oauth_patterns
from obole.health.views import healthz, readyz
from obole.metrics.views import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.front_page, name="front"),
    path("", include("accounts.urls")),
    path("", include("things.urls")),
    path("", include("payments.clicking.urls")),
    path("", include("accounts.oauth.urls")),
    path("", include("payments.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path("admin/", admin.site.urls),
    *oauth_patterns,
    *api_patterns,
    *description_patterns,
]

handler403 = views.not_allowed
handler404 = views.not_found
handler429 = views.too_often  # django-allauth's
handler500 = views.broken
