"""The addresses of applications: Flattr's, where it had any."""

from __future__ import annotations

from django.urls import path

from accounts.oauth import pages

urlpatterns = [
    path("apps/", pages.list_applications, name="applications"),
    path("apps/new", pages.register_application, name="register_application"),
    path("apps/<int:pk>/delete", pages.delete_application, name="delete_application"),
    path("settings/applications", pages.list_authorised, name="authorised"),
    path("settings/applications/<int:pk>/revoke", pages.revoke, name="revoke"),
]
