"""The Django app of things and clicks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ThingsConfig(AppConfig):
    """Things, clicks and the periods they fall into."""

    name = "things"
    verbose_name = _("Things")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what is kept about people."""
        from accounts.privacy.leaving import Leaver, add_leaver
        from things.leaving import leave
        from things.personal import register

        register()
        add_leaver("things", Leaver(lambda _user, _at: [], lambda _user, _at: [], leave))
