"""The application for a WSGI server."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from zhengheng.web.config.proxies import behind

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengheng.web.config.settings")
application = behind(get_wsgi_application(), settings.PROXIES)
