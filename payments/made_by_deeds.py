"""Admin pages whose new rows are made by a deed: a form says what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.viewer import viewer
from payments.deeds import DeedsAdmin
from payments.ledger.models import Transfer
from things.aliases.finding import thing_at
from things.models import Thing
from things.periods import NotAPeriod

if TYPE_CHECKING:
    _Form = forms.ModelForm[Model]
else:
    _Form = forms.ModelForm

_NAMES_NOTHING: tuple[type[Exception], ...] = (
    NotAPeriod,
    User.DoesNotExist,
    Thing.DoesNotExist,
    Transfer.DoesNotExist,
)


class DeedForm(_Form):
    """It is valid once its deed is done, and refuses as that does."""

    by: User
    refusals: tuple[type[Exception], ...] = ()
    made: Model

    def do(self, said: dict[str, Any]) -> Model:
        """Do the deed in the name of `by`, and return its row.

        Raises one of `refusals`, or DoesNotExist or NotAPeriod for what names nothing.
        """
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Do it, where all fields say something."""
        said = super().clean() or {}
        refused = self.refusals + _NAMES_NOTHING
        if not self.errors:
            try:
                self.made = self.do(said)
            except refused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return said


class MadeByDeedAdmin(DeedsAdmin):
    """Rows that a `DeedForm` makes and nobody edits. `asked` are the fields of the form."""

    form: type[DeedForm]
    asked: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """A form for a new one."""
        return super().get_fields(request, obj) if obj else self.asked

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """All of an old one."""
        return super().get_readonly_fields(request, obj) if obj else ()

    def get_form(self, request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
        """The form, in the name of who fills it in."""
        form = super().get_form(request, *arguments, **keywords)
        return type(form.__name__, (form,), {"by": viewer(request), "refusals": self.refusals})

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: object) -> None:
        """It is written down already."""
        obj.pk = form.made.pk
        obj.refresh_from_db()


def thing_named(text: str) -> Thing:
    """The thing of an address or a number. Raises Thing.DoesNotExist."""
    if text.isdecimal() and len(text) < 19:
        return Thing.objects.get(pk=int(text))
    found = thing_at(text)
    if found is None:
        raise Thing.DoesNotExist(_("There is no such thing."))
    return found
