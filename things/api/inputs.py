"""What clients say of a thing, as a form or as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.texts import without_deceit
from things.addresses import URL_BYTES, NotAWebAddress
from things.autosubmit import MOST_TAGS, TAG_LENGTH
from things.canonical import canonical_url
from things.catalogue import DEFAULT_LANGUAGE, LANGUAGES, Category
from things.models import DESCRIPTION_LENGTH, TITLE_LENGTH, Thing


@extend_schema_field(OpenApiTypes.STR)
class Tags(serializers.Field):  # type: ignore[type-arg]  # its stub has four parameters
    """Tags between commas; in JSON a list, too."""

    def to_internal_value(self, value: Any) -> list[str]:
        """The tags, each once. Raises ValidationError if there are too many or too long ones."""
        words = value.split(",") if isinstance(value, str) else value
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise serializers.ValidationError("tags must be words between commas")
        tags = list(dict.fromkeys(word.strip() for word in words if word.strip()))
        if len(tags) > MOST_TAGS or any(len(tag) > TAG_LENGTH for tag in tags):
            raise serializers.ValidationError(
                f"at most {MOST_TAGS} tags of at most {TAG_LENGTH} characters"
            )
        return tags

    def to_representation(self, value: list[str]) -> list[str]:
        """As they are."""
        return value


class ThingInput(serializers.Serializer[Thing]):
    """What is said of a thing that exists; what is left out stays."""

    title = serializers.CharField(required=False, allow_blank=True, max_length=TITLE_LENGTH)
    description = serializers.CharField(
        required=False, allow_blank=True, max_length=DESCRIPTION_LENGTH
    )
    category = serializers.ChoiceField(
        Category.values, required=False, allow_blank=True, help_text="`rest` if left out"
    )
    language = serializers.ChoiceField(
        list(LANGUAGES), required=False, allow_blank=True, help_text="`en_GB` if left out"
    )
    tags = Tags(required=False, help_text="Words between commas")
    hidden = serializers.BooleanField(required=False)

    def validate_title(self, value: str) -> str:
        """Without characters that deceive."""
        return without_deceit(value).strip()

    def validate_description(self, value: str) -> str:
        """Without characters that deceive."""
        return without_deceit(value).strip()

    def validate_category(self, value: str) -> str:
        """Empty is the default."""
        return value or Category.REST.value

    def validate_language(self, value: str) -> str:
        """Empty is the default."""
        return value or DEFAULT_LANGUAGE


class NewThingInput(ThingInput):
    """What is said of a new thing."""

    url = serializers.CharField(max_length=URL_BYTES, help_text="Absolute, http or https")

    def validate_url(self, value: str) -> str:
        """Raises ValidationError unless a thing can be there."""
        try:
            canonical_url(value)
        except NotAWebAddress as refusal:
            raise serializers.ValidationError(str(refusal)) from refusal
        return value
