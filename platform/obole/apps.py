"""The project itself as an app: base templates and checks."""

from __future__ import annotations

from django.apps import AppConfig


class OboleConfig(AppConfig):
    name = "obole"
