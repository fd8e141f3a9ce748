"""The WSGI application: `granian --interface wsgi obole.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from obole.servers import start_missing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")

start_missing()
_django = get_wsgi_application()

# It asks models, which Django has now.
from obole.fast_path import with_fast_path  # noqa: E402

application = with_fast_path(_django)
