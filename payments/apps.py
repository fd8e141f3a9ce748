"""The Django app of money."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Ledger, budgets, clicking, the month end and what creators earned."""

    name = "payments"
    verbose_name = _("Money")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """List the pages of settings that are about money."""
        from accounts.settings_pages import add_settings_page

        add_settings_page("giving_settings", _("Who may know"), place=55)
        add_settings_page("billing_settings", _("On your statements"), place=66)
        add_settings_page("payout_settings", _("Where you are paid"), place=65)
