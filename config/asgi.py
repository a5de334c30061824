"""The live process: only ``/ws/``. Pages are served as WSGI, four times as many a second."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_asgi_application()

from foundation.live.api import live_application  # noqa: E402 -- needs the apps to be loaded

application = live_application(_django)
