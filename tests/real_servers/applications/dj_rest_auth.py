"""A Django application with dj-rest-auth: simplejwt's tokens in HttpOnly cookies, rotated."""

from datetime import timedelta

from real_servers.applications import django_app

django_app.configure(
    apps=["rest_framework_simplejwt.token_blacklist", "dj_rest_auth"],
    authentication="dj_rest_auth.jwt_auth.JWTCookieAuthentication",
    refresh=("/auth/token/refresh/", "cookie my-renewal"),
    SIMPLE_JWT={
        "ACCESS_TOKEN_LIFETIME": timedelta(seconds=3),
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
    },
    REST_AUTH={
        "USE_JWT": True,
        "TOKEN_MODEL": None,
        "SESSION_LOGIN": False,
        "JWT_AUTH_COOKIE": "my-session",
        "JWT_AUTH_REFRESH_COOKIE": "my-renewal",
        "JWT_AUTH_REFRESH_COOKIE_PATH": "/auth/",
        "JWT_AUTH_HTTPONLY": True,
    },
)

from dj_rest_auth.jwt_auth import get_refresh_view
from dj_rest_auth.views import LoginView, LogoutView
from django.urls import path

urlpatterns = [
    path("auth/login/", LoginView.as_view()),
    path("auth/logout/", LogoutView.as_view()),
    path("auth/token/refresh/", get_refresh_view().as_view()),
    *django_app.views(),
]

if __name__ == "__main__":
    django_app.main()
