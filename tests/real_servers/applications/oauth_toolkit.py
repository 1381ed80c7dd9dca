"""A Django application with django-oauth-toolkit: by its users' passwords, in a browser, and on a device."""

from real_servers.applications import django_app

django_app.configure(
    apps=["django.contrib.sessions", "oauth2_provider"],
    middleware=(
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ),
    LOGIN_URL="/login/",
    authentication="oauth2_provider.contrib.rest_framework.OAuth2Authentication",
    refresh=("/o/token/", "refresh_token"),
    OAUTH2_PROVIDER={
        "ACCESS_TOKEN_EXPIRE_SECONDS": 3,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "OAUTH_DEVICE_VERIFICATION_URI": "http://127.0.0.1/o/device/",  # the port is not known yet
        "DEVICE_FLOW_INTERVAL": 1,
    },
    SPECTACULAR_SETTINGS={
        "OAUTH2_FLOWS": ["password"],
        "OAUTH2_TOKEN_URL": "/o/token/",
        "OAUTH2_REFRESH_URL": "/o/token/",
    },
)

from django.contrib.auth.views import LoginView
from django.urls import include, path
from oauth2_provider.models import Application
from oauth2_provider.urls import metadata_urlpatterns

urlpatterns = [
    path("login/", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("", include((metadata_urlpatterns, "oauth2_provider"), namespace="metadata")),
    *django_app.views(),
]


def register_clients() -> None:
    """Let the SDK be known."""
    for client_id, grant, secret in (
        ("sdk", Application.GRANT_PASSWORD, "known to the SDK"),
        ("sdk-with-secret", Application.GRANT_AUTHORIZATION_CODE, "known to the SDK"),
        ("sdk-without-secret", Application.GRANT_AUTHORIZATION_CODE, ""),
        ("sdk-on-device", Application.GRANT_DEVICE_CODE, ""),
    ):
        Application.objects.create(
            client_id=client_id,
            client_secret=secret,
            client_type=Application.CLIENT_CONFIDENTIAL if secret else Application.CLIENT_PUBLIC,
            authorization_grant_type=grant,
            redirect_uris="http://127.0.0.1/callback" if grant == Application.GRANT_AUTHORIZATION_CODE else "",
        )


if __name__ == "__main__":
    django_app.main(register_clients)
