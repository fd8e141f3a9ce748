"""What things, clicks and standing clicks look like: for the description of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from accounts.api.people import UserShape
from things.catalogue import LANGUAGES, Category

Shape = serializers.Serializer[Any]

_SECONDS = "Unix seconds"


class OwnerShape(UserShape):
    """A user: the first four fields, or all of them with `full`. Unclaimed: all are empty."""

    type = serializers.ChoiceField(["user"])
    resource = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    link = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    username = serializers.CharField(allow_blank=True)
    id = serializers.CharField(required=False)
    firstname = serializers.CharField(required=False, allow_blank=True)
    lastname = serializers.CharField(required=False, allow_blank=True)
    avatar = serializers.CharField(required=False, allow_blank=True)
    about = serializers.CharField(required=False, allow_blank=True)
    city = serializers.CharField(required=False, allow_blank=True)
    country = serializers.CharField(required=False, allow_blank=True)
    url = serializers.CharField(required=False, allow_blank=True)
    active_supporter = serializers.ChoiceField([0, 1], required=False)


class MiniThingShape(Shape):
    """A thing inside another object."""

    type = serializers.ChoiceField(["thing"])
    resource = serializers.URLField(help_text="Its address in the API")
    link = serializers.URLField(help_text="Its page")
    id = serializers.IntegerField()
    url = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    image = serializers.CharField(allow_blank=True)
    flattrs = serializers.IntegerField(help_text="Clicks of all time")


class ThingShape(MiniThingShape):
    """A thing."""

    flattrs_user_count = serializers.IntegerField(help_text="Different users who clicked it")
    description = serializers.CharField(allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField())
    language = serializers.ChoiceField(list(LANGUAGES))
    category = serializers.ChoiceField(Category.values)
    created_at = serializers.IntegerField(help_text=_SECONDS)
    owner = OwnerShape()
    hidden = serializers.BooleanField()
    flattred = serializers.BooleanField(
        required=False, help_text="With a token: whether its user clicked it this period"
    )
    subscribed = serializers.BooleanField(
        required=False, help_text="With a token: whether its user has a standing click on it"
    )
    last_flattr_at = serializers.IntegerField(
        required=False, help_text=f"Owner only. {_SECONDS}, 0 for never"
    )
    updated_at = serializers.IntegerField(
        required=False, help_text=f"Owner only. {_SECONDS}, 0 for never"
    )


class EmbeddedThingShape(ThingShape):
    """A thing inside another object: the first fields and its owner, or all with `full`."""

    def get_fields(self) -> dict[str, Any]:
        """Only the mini thing's fields are always there."""
        fields: dict[str, Any] = super().get_fields()
        always = set(MiniThingShape().get_fields())
        for name, one in fields.items():
            one.required = name in always
        return fields


class FlattrShape(Shape):
    """A click."""

    type = serializers.ChoiceField(["flattr"])
    thing = EmbeddedThingShape()
    owner = OwnerShape(help_text="Who clicked")
    created_at = serializers.IntegerField(help_text=_SECONDS)


class ActivityPartShape(Shape):
    """Who or what an activity is about."""

    displayName = serializers.CharField(allow_blank=True)  # noqa: N815
    url = serializers.CharField()
    objectType = serializers.ChoiceField(["person", "bookmark"])  # noqa: N815


class ActivityShape(Shape):
    """One activity, as Activity Streams 1.0 has it."""

    published = serializers.DateTimeField()
    title = serializers.CharField()
    actor = ActivityPartShape()
    verb = serializers.ChoiceField(["like", "share"])
    object = ActivityPartShape()
    id = serializers.CharField()


class StreamShape(Shape):
    """A list of activities."""

    items = ActivityShape(many=True)


class ListedShape(Shape):
    """An identifier and what it means."""

    id = serializers.CharField()
    text = serializers.CharField()


class SearchShape(Shape):
    """A page of what was found."""

    total_items = serializers.IntegerField(max_value=1000, help_text="1000: so many or more")
    items = serializers.IntegerField(help_text="On this page")
    page = serializers.IntegerField(min_value=1)
    things = ThingShape(many=True)


class LookupShape(Shape):
    """Whether an address can be clicked."""

    message = serializers.ChoiceField(["found", "flattrable", "not_found"])
    location = serializers.URLField(required=False)
    description = serializers.CharField(required=False)


class WrittenShape(Shape):
    """What became of a write."""

    message = serializers.CharField()
    description = serializers.CharField()


class CreatedShape(WrittenShape):
    """A thing that was registered."""

    id = serializers.IntegerField()
    link = serializers.URLField(help_text="Its address in the API")


class FlattredShape(WrittenShape):
    """A click that counted, or waits."""

    thing = MiniThingShape()
    location = serializers.URLField(required=False, help_text="The thing's address in the API")


OneOrMoreThings = PolymorphicProxySerializer(
    component_name="OneOrMoreThings",
    serializers=[ThingShape, ThingShape(many=True)],
    resource_type_field_name=None,
    many=False,
)
