"""The Django app of things and clicks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ThingsConfig(AppConfig):
    """Things, clicks and the periods they fall into."""

    name = "things"
    verbose_name = _("Things")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what is kept about people, and list the pages of partners among their settings."""
        from accounts.conduct.looking import let_look_at
        from accounts.privacy.leaving import Leaver, add_leaver
        from accounts.settings_pages import add_settings_page
        from things.leaving import leave, reasons
        from things.partners.models import Partner
        from things.personal import register

        register()
        add_leaver("things", Leaver(reasons, lambda _user, _at: [], leave))
        add_settings_page(
            "partner",
            _("Your service"),
            place=75,
            shown_to=lambda request: Partner.objects.filter(
                user=request.user.pk, active=True
            ).exists(),
        )
        let_look_at("catalogue", "creator", "sites", "own_things", "own_thing", "own_feeds")
