"""Work of coming in that is done beside the request."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.entrance.unconfirmed import drop_unconfirmed


@shared_task(name="accounts.drop_unconfirmed_sign_ups")
def drop_unconfirmed_sign_ups() -> int:
    """Drop the users who never confirmed their address, two days after they signed up."""
    return drop_unconfirmed(at=timezone.now())


@shared_task(name="accounts.tell_nobody", ignore_result=True)
def tell_nobody(address: str, language: str) -> None:
    """Tell an address that it has no account: somebody asked for a new password there.

    So the page can answer everybody alike, and who has two addresses learns which is the wrong one.
    """
    with translation.override(language or settings.LANGUAGE_CODE):
        context = {
            "name_of_site": settings.SITE_NAME,
            "sign_up_url": settings.SITE_URL + reverse("account_signup"),
        }
        text = render_to_string("mail/no_account.txt", context)
        send_mail(_("There is no account with this address"), text, None, [address])
