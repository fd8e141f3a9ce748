"""Why something was not fetched: a class a reason, its words for people, its message for logs."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class FetchRefused(Exception):
    """Nothing was fetched. `words` is the sentence to show; the message has the particulars."""

    words: str | Promise = _("The page cannot be read.")


class AddressRefused(FetchRefused):
    """Not http on port 80 or https on port 443, with a user name in it, or no address at all."""

    words = _("Only http and https addresses are read, on their usual ports.")


class NotPublic(FetchRefused):
    """The host has an address that is not on the public internet."""

    words = _("The address does not lead to the public internet.")


class HostUnknown(FetchRefused):
    """The name has no address, or no name server answered."""

    words = _("There is no such host.")


class Unreachable(FetchRefused):
    """The connection failed, or the host did not prove who it is."""

    words = _("The host does not answer, or its certificate is not valid.")


class TooSlow(FetchRefused):
    """The deadline passed; it is one for everything: names, redirects, and the answer."""

    words = _("The host takes too long to answer.")


class TooLarge(FetchRefused):
    """The answer, or what it unpacks to, is above the limit."""

    words = _("The answer is too large.")


class BadAnswer(FetchRefused):
    """The answer is not HTTP, or comes in an encoding that was not asked for."""

    words = _("The host's answer cannot be understood.")


class TooManyRedirects(FetchRefused):
    """The redirects are too many, or go round in a circle."""

    words = _("The address leads on and on, and nowhere.")


class Downgraded(FetchRefused):
    """A redirect from https to http."""

    words = _("The address leads from https to http.")
