"""The WSGI application: `granian --interface wsgi obole.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from obole.servers import start_missing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")

start_missing()
application = get_wsgi_application()
