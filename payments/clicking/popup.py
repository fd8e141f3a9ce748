"""The page of a thing, which is also the window that confirms a click, and the plain link's end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.visibility import chosen_visibility
from payments.clicking.addresses import note_address
from payments.clicking.answering import Answer, State, answer_repeat, answer_undo
from payments.clicking.connecting import connectable_site
from payments.clicking.kept import click_or_keep, has_kept_click, tag_of_counted
from payments.clicking.origins import from_our_page
from payments.clicking.standing import TERMS, term_asked
from payments.clicking.subjects import NoSuchThing, describe_subject
from payments.clicking.taking_part import exclusion_met
from payments.clicking.tokens import (
    TokenRefused,
    TokenTooYoung,
    confirm_token,
    connect_code,
    spend_confirm_token,
)
from payments.clicking.worth import has_clicked, worth_now, worth_of_next_click
from things.button.assets import asset
from things.counting import count_of
from things.describing import SubmissionRefused, is_draft, query_of, read_submission
from things.models import Thing
from things.periods import Period
from things.referring.pages import page_named

NONCE_LENGTH = 64


@dataclass(frozen=True)
class Window:
    """How the page was opened: 0 as a page, 1 by the frame, 2 by one that could be connected.

    `page` is where the link or the button was, as host and path, as far as the browser says.
    """

    kind: int = 0
    nonce: str = ""
    page: str = ""

    @property
    def query(self) -> str:
        """The same, for an address."""
        said = {"popup": str(self.kind), "n": self.nonce} if self.kind else {}
        return urlencode(said | ({"from": f"https://{self.page}"} if self.page else {}))


@require_safe
def show_thing(request: HttpRequest, thing_id: int, name: str = "") -> HttpResponse:
    """The page of a thing: what it is, its count, and the form that gives."""
    return _ask(request, str(thing_id), _window(request))


@require_safe
def submit(request: HttpRequest) -> HttpResponse:
    """Flattr's auto-submit address: the page of the thing, or of what will be one."""
    window = _window(request)
    try:
        submission = read_submission(request.GET.dict())
        thing = describe_subject(query_of(submission))
    except SubmissionRefused as refusal:
        return _refused(request, str(refusal))
    if not is_draft(thing):
        query = f"?{window.query}" if window.query else ""
        return redirect(reverse("thing", args=[thing.pk]) + query)
    return _ask(request, query_of(submission), window)


@require_POST
def click(request: HttpRequest) -> HttpResponse:
    """Count what the form confirms."""
    window, subject = _window(request), request.POST.get("subject", "")
    if not from_our_page(request):
        return _ask(request, subject, window, status=403, notice=_("Please confirm here."))
    if not request.user.is_authenticated:
        return _ask(request, subject, window, status=401)
    try:
        spend_confirm_token(
            request.POST.get("token", ""),
            session=_session(request),
            subject=subject,
            at=timezone.now(),
        )
    except TokenTooYoung:
        notice = _("That was faster than anybody reads. Please confirm again.")
        return _ask(request, subject, window, status=425, notice=notice)
    except TokenRefused:
        notice = _("This form was used already, or is too old. Please confirm again.")
        return _ask(request, subject, window, status=403, notice=notice)
    now = timezone.now()
    answer = click_or_keep(
        subscriber=_viewer(request),
        subject=subject,
        at=now,
        visibility=chosen_visibility(request.POST),
        page=window.page,
    )
    if answer.given:
        note_address(request, subscriber=_viewer(request), at=now)
    return _tell(request, subject, window, answer)


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Take back what the form names; back to `next` where that is said."""
    window, subject = _window(request), request.POST.get("subject", "")
    if not from_our_page(request):
        return HttpResponse(status=403)
    if not request.user.is_authenticated:
        return _ask(request, subject, window, status=401)
    answer = answer_undo(subscriber=_viewer(request), subject=subject, at=timezone.now())
    return _tell(request, subject, window, answer)


@require_POST
def repeat(request: HttpRequest) -> HttpResponse:
    """Make a standing click of what the form names: it counts each month from the next on."""
    window, subject = _window(request), request.POST.get("subject", "")
    if not from_our_page(request):
        return HttpResponse(status=403)
    if not request.user.is_authenticated:
        return _ask(request, subject, window, status=401)
    answer = answer_repeat(
        subscriber=_viewer(request),
        subject=subject,
        at=timezone.now(),
        term=term_asked(request.POST.get("term", "")),
    )
    return _tell(request, subject, window, answer)


def _ask(
    request: HttpRequest, subject: str, window: Window, *, status: int = 200, notice: str = ""
) -> HttpResponse:
    """The page with the form. The frame's window goes to the sign-in at once, and comes back."""
    thing = _described(subject)
    if thing.pk and subject.isdecimal() and int(subject) != thing.pk and request.method != "POST":
        # It was merged into another one, which answers from its own address.
        return redirect(_address(str(thing.pk), window), permanent=not window.kind)
    here = _address(subject, window)
    signing_in = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': here})}"
    if window.kind and not request.user.is_authenticated and status == 200:
        return redirect(signing_in)
    if window.kind and _counted_meanwhile(request, thing):
        return _tell(request, subject, window, Answer(State.COUNTED, thing))
    context = _known(request, thing, subject, window)
    context |= {"signing_in": signing_in, "notice": notice, "asking": True}
    return render(request, _template(window), context, status=status)


def _tell(request: HttpRequest, subject: str, window: Window, answer: Answer) -> HttpResponse:
    """The page with the answer, and for the frame what it needs to go on."""
    if answer.state is State.WRONG:
        return _refused(request, answer.words)
    thing = answer.thing or _described(subject)
    known = subject if is_draft(thing) else str(thing.pk)
    context = _known(request, thing, known, window)
    context |= {
        "answer": answer,
        "code": _code(request, thing, answer, window),
    }
    return render(request, _template(window), context, status=answer.status)


def _known(request: HttpRequest, thing: Thing, subject: str, window: Window) -> dict[str, object]:
    """What both pages show of the thing and of the viewer's click on it."""
    context: dict[str, object] = {
        "thing": thing,
        "subject": subject,
        "window": window,
        "count": 0 if is_draft(thing) else count_of(thing.pk),
        "waiting": 0 if is_draft(thing) else thing.pending_clicks.count(),
        "style": asset("popup.css").path,
        "script": asset("popup.js").path,
        "site_url": settings.SITE_URL,
        "mending": f"{reverse('budget')}?{urlencode({'next': _address(subject, window)})}",
    }
    if not request.user.is_authenticated:
        return context
    viewer, now = _viewer(request), timezone.now()
    given = has_clicked(viewer, thing, at=now)
    worth = worth_now if given else worth_of_next_click
    return context | {
        "given": given,
        "kept": not given and has_kept_click(viewer, thing),
        "standing": not is_draft(thing)
        and thing.standing_clicks.filter(subscriber=viewer).exists(),
        "terms": TERMS,
        "own": thing.owner_id == viewer.pk,
        "worth": worth(viewer, at=now),
        "exclusion": None if is_draft(thing) else exclusion_met(viewer, thing, Period.of(now)),
        "site": connectable_site(thing) if window.kind == 2 else None,
        "token": confirm_token(session=_session(request), subject=subject, at=now),
    }


def _counted_meanwhile(request: HttpRequest, thing: Thing) -> bool:
    """Whether the window comes back from getting means, and its click counts since then."""
    said = get_messages(request)
    counted = any(tag_of_counted(thing) in message.tags.split() for message in said)
    if isinstance(said, BaseStorage):
        # Another page shows what is not about this click.
        said.used = counted
    return counted


def _code(request: HttpRequest, thing: Thing, answer: Answer, window: Window) -> str:
    """The code with which the frame connects itself, where the reader ticked the box."""
    site = connectable_site(thing) if window.kind == 2 and answer.given else None
    if site is None or request.POST.get("connect") != "1":
        return ""
    return connect_code(subscriber=_viewer(request).pk, site=site.pk)


def _refused(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "payments/button_wrong.html", {"reason": reason}, status=400)


def _described(subject: str) -> Thing:
    try:
        return describe_subject(subject)
    except (NoSuchThing, SubmissionRefused) as refusal:
        raise Http404(str(refusal)) from refusal


def _template(window: Window) -> str:
    return "payments/popup.html" if window.kind else "payments/thing_page.html"


def _address(subject: str, window: Window) -> str:
    by_number = subject.isdecimal()
    path = reverse("thing", args=[int(subject)]) if by_number else reverse("submit")
    query = "&".join(part for part in ("" if by_number else subject, window.query) if part)
    return f"{path}?{query}" if query else path


def _window(request: HttpRequest) -> Window:
    said = request.POST if request.method == "POST" else request.GET
    kind = said.get("popup", "")
    before = said.get("from", "") or request.headers.get("Referer", "")
    window = Window(kind=int(kind) if kind in {"1", "2"} else 0, page=page_named(before))
    return replace(window, nonce=said.get("n", "")[:NONCE_LENGTH]) if window.kind else window


def _viewer(request: HttpRequest) -> User:
    return cast(User, request.user)


def _session(request: HttpRequest) -> str:
    """What a form's token belongs to: this session of this user."""
    return f"{request.session.session_key}:{request.user.pk}"
