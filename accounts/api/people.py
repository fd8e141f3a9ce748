"""Users as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from accounts.api.access import has_scope
from accounts.models import User
from accounts.oauth.scopes import Scope
from accounts.public_ids import public_id

API = "/rest/v2"


def api_address(request: Request, path: str) -> str:
    """The absolute address of a resource on the host that the client talks to."""
    return request.build_absolute_uri(f"{API}/{path}")


class MiniUser(serializers.BaseSerializer[User]):
    """What stands for a user inside other objects."""

    def to_representation(self, user: User) -> dict[str, Any]:
        """Four texts."""
        request = self.context["request"]
        return {
            "type": "user",
            "resource": api_address(request, f"users/{user.username}"),
            "link": request.build_absolute_uri(f"/profile/{user.username}"),
            "username": user.username,
        }


class FullUser(MiniUser):
    """A user. No text is ever null: some clients would show the word."""

    def to_representation(self, user: User) -> dict[str, Any]:
        """What everybody sees, and to its owner's token what its scopes say."""
        return {
            **super().to_representation(user),
            "id": public_id(user.pk),
            # There is one name, which belongs to people however many they have.
            "firstname": user.get_full_name(),
            "lastname": "",
            "avatar": "",
            "about": "",
            "city": "",
            "country": "",
            "url": "",
            # Flattr's “can flattr others”; that somebody has the means is nobody's business.
            "active_supporter": int(user.is_active and not user.suspended),
            **self._private(user),
        }

    def _private(self, user: User) -> dict[str, Any]:
        request = self.context["request"]
        if request.user != user:
            return {}
        extended = has_scope(request, Scope.EXTENDEDREAD)
        shown: dict[str, Any] = {}
        if extended or has_scope(request, Scope.EMAIL):
            shown["email"] = user.email or ""
        if extended:
            shown["registered_at"] = int(user.date_joined.timestamp())
        return shown


class MiniUserShape(serializers.Serializer[User]):
    """A user inside another object."""

    type = serializers.ChoiceField(["user"])
    resource = serializers.URLField()
    link = serializers.URLField()
    username = serializers.CharField()


class UserShape(MiniUserShape):
    """A user; fields that depend on scopes may be missing."""

    id = serializers.CharField(help_text="Six characters, the same for ever", min_length=6)
    firstname = serializers.CharField(allow_blank=True)
    lastname = serializers.CharField(allow_blank=True)
    avatar = serializers.CharField(allow_blank=True, help_text="An address, or empty")
    about = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    active_supporter = serializers.ChoiceField([0, 1], help_text="1 unless suspended")
    email = serializers.CharField(
        required=False, allow_blank=True, help_text="Own user; scope email or extendedread"
    )
    registered_at = serializers.IntegerField(
        required=False, help_text="Unix seconds; own user; scope extendedread"
    )


def present_user(user: User, context: dict[str, Any]) -> dict[str, Any]:
    """A user inside another object: whole where `full` was asked for."""
    kind = FullUser if context["full"] else MiniUser
    shown: dict[str, Any] = kind(user, context=context).data
    return shown


extend_schema_field(MiniUserShape)(MiniUser)
extend_schema_field(UserShape)(FullUser)
