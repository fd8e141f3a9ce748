"""The project itself as an app: base templates, checks, and its admin site."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as stock


class OboleConfig(AppConfig):
    default = True
    name = "obole"


class AdminConfig(stock.AdminConfig):
    """Django's admin, with our site in the place of the stock one."""

    default = False  # the app `obole` has two configurations
    default_site = "obole.admin.OboleAdminSite"
