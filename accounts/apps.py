"""The Django app of people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.settings_pages import add_settings_page


class AccountsConfig(AppConfig):
    """People and their sign-in."""

    name = "accounts"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """List the settings pages of this app, and say what it keeps about people."""
        from accounts.conduct.looking import let_look_at
        from accounts.privacy.personal import register

        register()
        add_settings_page("profile_settings", _("Profile"), place=10)
        add_settings_page("mfa_index", _("Security"), place=20)
        add_settings_page("usersessions_list", _("Sessions"), place=25)
        add_settings_page("mail_settings", _("Mails"), place=30)
        add_settings_page("authorised", _("Applications"), place=40)
        add_settings_page("privacy_settings", _("Privacy"), place=90)
        let_look_at("profile_settings", "mail_settings", "privacy", "privacy_settings")
