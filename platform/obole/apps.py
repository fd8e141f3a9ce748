"""The project itself as an app: base templates, checks, and its admin site."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as stock


class OboleConfig(AppConfig):
    default = True
    name = "obole"

    def ready(self) -> None:
        """Have tasks counted, their lines in the log told apart, and faults reported."""
        from obole.logs import ids
        from obole.logs.faults import report_faults
        from obole.metrics import work

        ids.connect()
        work.connect()
        report_faults()


class AdminConfig(stock.AdminConfig):
    """Django's admin, with our site in the place of the stock one."""

    default = False  # the app `obole` has two configurations
    default_site = "obole.admin.OboleAdminSite"
