"""The Django project: it assembles the apps and holds no rule."""

from .celery import app as celery_app

__all__ = ["celery_app"]
