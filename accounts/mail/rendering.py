"""Make the message of a mail: text and HTML, in the language and time zone of who gets it."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, loader
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from accounts.mail.choosing import unsubscribe_url
from accounts.mail.contexts import one_line
from accounts.mail.kinds import Kind
from accounts.mail.models import Mail

# What a header can hold on one line; longer subjects are cut off by every client anyway.
SUBJECT_LENGTH = 150

_GAP = re.compile(r"\n\s*\n\s*\n+")


def render_mail(mail: Mail) -> EmailMultiAlternatives:
    """The message, ready to be sent. No queries beyond the mail's user."""
    user, kind = mail.user, Kind(mail.kind)
    with translation.override(user.language), timezone.override(user.time_zone):
        context = {**mail.context, **_surroundings(mail, kind)}
        subject = one_line(_text(kind, {**context, "part": "subject"}))[:SUBJECT_LENGTH]
        text = _GAP.sub("\n\n", _text(kind, {**context, "part": "body"})).strip() + "\n"
        html = loader.render_to_string(f"mail/{kind.value}.html", {**context, "subject": subject})
    message = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=[mail.address or user.email or ""],
        headers=_headers(mail, context["unsubscribe_url"]),
    )
    message.attach_alternative(html, "text/html")
    return message


def _surroundings(mail: Mail, kind: Kind) -> dict[str, Any]:
    return {
        "recipient": mail.user,
        "kind": kind,
        "site_url": settings.SITE_URL,
        "name_of_site": settings.SITE_NAME,
        "settings_url": settings.SITE_URL + reverse("mail_settings"),
        "unsubscribe_url": "" if kind.always_sent else unsubscribe_url(mail.user, kind),
    }


def _text(kind: Kind, context: dict[str, Any]) -> str:
    """A part of the text, which is no HTML: nothing in it is escaped."""
    template: Any = loader.get_template(f"mail/{kind.value}.txt")
    return str(template.template.render(Context(context, autoescape=False)))


def _headers(mail: Mail, unsubscribe: str) -> dict[str, str]:
    headers = {
        "Message-ID": _message_id(mail),
        # RFC 3834, and what Exchange asks for: no out-of-office answers to a program.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        # RFC 8058 section 3.1: the one click is for https only.
        if settings.SITE_IS_SECURE:
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _message_id(mail: Mail) -> str:
    """The same for each attempt, so that whoever gets a mail twice can see that it is one."""
    name = salted_hmac("accounts.mail", mail.key, algorithm="sha256").hexdigest()[:32]
    return f"<{name}@{settings.SITE_HOST}>"
