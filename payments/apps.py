"""The Django app of money."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Ledger, budgets, clicking, the month end and what creators earned."""

    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"
