"""What the Django applications have in common: two views, an account, counters, and a server on loopback."""

import json
import os
import sys
import threading
from collections import Counter
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.http import JsonResponse
from waitress.server import create_server

AT_ONCE = 60
USER = {"username": "ada", "password": "lovelace"}

counted: Counter[str] = Counter()
spent: set[str] = set()
lock = threading.Lock()


class Counting:
    """Counts what reaches the server: calls of the protected view, refreshes, what it refuses, what comes twice."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        if request.path == "/counters":
            answer = JsonResponse(counted)
            if request.method == "DELETE":
                counted.clear()
            return answer
        body = request.body  # read here, it is there for the view, too
        response = self.get_response(request)
        token = self.refresh_token(request, body)
        with lock:
            counted[request.path] += 1
            if token:
                counted["refreshes"] += 1
                counted["refused"] += response.status_code >= 400
                counted["repeated"] += token in spent
                spent.add(token)
        return response

    def refresh_token(self, request: Any, body: bytes) -> str | None:
        path, key = settings.REFRESH
        if request.path != path:
            return None
        if key.startswith("cookie "):
            return request.COOKIES.get(key.removeprefix("cookie "))
        fields = json.loads(body) if request.content_type == "application/json" else request.POST
        return fields.get(key)


PAGES = {
    "registration/login.html": '<form method="post">{% csrf_token %}{{ form }}<button>Sign in</button></form>',
    "oauth2_provider/base.html": "{% block content %}{% endblock %}",
}
"""The pages that an application brings along itself."""


def configure(
    *, apps: list[str], authentication: str, refresh: tuple[str, str], middleware: tuple[str, ...] = (), **options: Any
) -> None:
    """Set Django up. What the library is set to comes from `options`, and from the environment where that says more."""
    for name, values in json.loads(os.environ.get("LIBRARY_SETTINGS", "{}")).items():
        options[name] |= values
    settings.configure(
        SECRET_KEY="for tests on loopback, and for nothing else",
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ.get("DATABASE", ":memory:"),
                # Else two that read, and then write, lock each other out.
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "rest_framework",
            "drf_spectacular",
            *apps,
        ],
        MIDDLEWARE=[f"{__name__}.Counting", *middleware],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        ("django.template.loaders.locmem.Loader", PAGES),
                        "django.template.loaders.app_directories.Loader",
                    ],
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
        # A slow one would be measured in place of the SDK, at each call that has the client's secret.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ROOT_URLCONF="__main__",
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [authentication],
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
            "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        },
        REFRESH=refresh,
        **options,
    )
    django.setup()


def views() -> list[Any]:
    """Give the paths that are not about tokens: one for those who are signed in, and one for everybody."""
    from django.urls import path
    from drf_spectacular.utils import extend_schema, inline_serializer
    from rest_framework.decorators import api_view, permission_classes
    from rest_framework.permissions import AllowAny
    from rest_framework.response import Response
    from rest_framework.serializers import CharField

    @extend_schema(responses=inline_serializer("Me", {"username": CharField()}))
    @api_view()
    def me(request: Any) -> Any:
        return Response({"username": request.user.username})

    @extend_schema(responses=inline_serializer("News", {"headline": CharField()}))
    @api_view()
    @permission_classes([AllowAny])
    def news(request: Any) -> Any:
        return Response({"headline": "Nothing happened."})

    return [path("me/", me), path("news/", news)]


def main(prepare: Any = lambda: None) -> None:
    """Run one of Django's commands, or `serve`: with an account, and what `prepare` puts into the database."""
    if sys.argv[1:] != ["serve"]:
        execute_from_command_line(sys.argv)
        return
    from django.contrib.auth.models import User
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    User.objects.create_user(**USER)
    prepare()
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=AT_ONCE)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()
