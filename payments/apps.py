"""The Django app of money."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Ledger, budgets, clicking, the month end and what creators earned."""

    name = "payments"
    verbose_name = _("Money")
    default_auto_field = "django.db.models.BigAutoField"
