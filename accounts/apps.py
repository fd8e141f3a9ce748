"""The Django app of people."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their sign-in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
