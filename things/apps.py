"""The Django app of things and clicks."""

from django.apps import AppConfig


class ThingsConfig(AppConfig):
    """Things, clicks and the periods they fall into."""

    name = "things"
    default_auto_field = "django.db.models.BigAutoField"
