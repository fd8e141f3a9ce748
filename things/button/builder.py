"""The page on which a creator makes the markup of a button, and sees it as it will be."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from things.addresses import host_of
from things.autosubmit import AutoSubmit
from things.button.assets import asset
from things.button.forms import ButtonForm
from things.button.looks import FRAME_SIZES, Look, labels, read_look
from things.catalogue import Category, language_like
from things.describing import SubmissionRefused, query_of, read_submission
from things.sites.owning import verified_site_of

FORMS = ("element", "anchor", "frame", "badge", "flattr")


@dataclass(frozen=True)
class Markup:
    """One way to put the button on a page."""

    form: str
    code: str


def markup_for(submission: AutoSubmit, look: Look) -> list[Markup]:
    """What to paste, one for each form. Texts are escaped for HTML."""
    context = {
        "said": submission,
        "look": look,
        "site_url": settings.SITE_URL,
        "query": query_of(submission),
        "tags": ",".join(submission.tags),
        "width": FRAME_SIZES[look.size][0],
        "height": FRAME_SIZES[look.size][1],
    }
    with translation.override(look.language):
        context["say_give"] = labels().give
        pieces = [render_to_string(f"things/markup/{form}.html", context) for form in FORMS]
    return [Markup(form, code.strip()) for form, code in zip(FORMS, pieces, strict=True)]


@require_safe
def show_builder(request: HttpRequest) -> HttpResponse:
    """The form, and below it the markup and the preview of what it says. Works without script."""
    said = _fields(request)
    look = read_look(said)
    context: dict[str, object] = {
        "form": ButtonForm(said, look),
        "fields": said,
        "look": look,
        "states": [{"title": _("Before"), "query": ""}, {"title": _("After"), "query": "&given=1"}],
        "preview_height": FRAME_SIZES[look.size][1],
        "script": asset("builder.js").path,
        "site_url": settings.SITE_URL,
    }
    if "url" in request.GET:
        context |= _built(said)
    return render(request, "things/builder.html", context)


@require_safe
def show_preview(request: HttpRequest) -> HttpResponse:
    """The button alone, drawn as its frame draws it, without being one: nothing can be clicked."""
    look = read_look(request.GET.dict())
    with translation.override(look.language):
        context = {
            "look": look,
            "style": asset("frame.css").path,
            "labels": labels(),
            "given": "given" in request.GET,
        }
        return render(request, "things/preview.html", context)


def _built(said: dict[str, str]) -> dict[str, object]:
    try:
        submission = read_submission(said)
    except SubmissionRefused as refusal:
        return {"refusal": str(refusal)}
    site = verified_site_of(submission.url)
    proven = site is not None and site.owner.username.lower() == submission.user_id.lower()
    look = read_look(said)
    return {
        "markup": markup_for(submission, look),
        "host": host_of(submission.url),
        "proven": proven,
        "known": User.objects.filter(username__iexact=submission.user_id).exists(),
        "preview": look,
    }


def _fields(request: HttpRequest) -> dict[str, str]:
    """What was said; else a text, in the language in which its creator reads this page."""
    reads = translation.get_language() or settings.LANGUAGE_CODE
    fields = {"category": str(Category.TEXT), "language": language_like(reads)}
    fields |= {name: str(said) for name, said in request.GET.items()}
    if request.user.is_authenticated:
        fields.setdefault("user_id", request.user.get_username())
    return fields
