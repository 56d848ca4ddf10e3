"""The WSGI application served by granian. Warmed up and frozen so that the collector does not walk the code."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limen.config.settings.production")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
gc.collect()
gc.freeze()
