"""The project itself as an app: base templates, checks, and its admin site."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class OboleConfig(AppConfig):
    name = "obole"


class AdminConfig(DjangoAdminConfig):
    """Django's admin, with our site in the place of the stock one."""

    default_site = "obole.admin.OboleAdminSite"
