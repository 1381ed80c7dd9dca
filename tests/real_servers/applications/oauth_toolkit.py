"""A Django application with django-oauth-toolkit, whose client signs in with its users' passwords."""

from real_servers.applications import django_app

django_app.configure(
    apps=["oauth2_provider"],
    authentication="oauth2_provider.contrib.rest_framework.OAuth2Authentication",
    refresh=("/o/token/", "refresh_token"),
    OAUTH2_PROVIDER={"ACCESS_TOKEN_EXPIRE_SECONDS": 3, "REFRESH_TOKEN_REUSE_PROTECTION": True},
    SPECTACULAR_SETTINGS={
        "OAUTH2_FLOWS": ["password"],
        "OAUTH2_TOKEN_URL": "/o/token/",
        "OAUTH2_REFRESH_URL": "/o/token/",
    },
)

from django.urls import include, path
from oauth2_provider.models import Application

urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")), *django_app.views()]


def register_client() -> None:
    """Let the SDK be known."""
    Application.objects.create(
        client_id="sdk",
        client_secret="known to the SDK",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_PASSWORD,
    )


if __name__ == "__main__":
    django_app.main(register_client)
