"""A Django application with djangorestframework-simplejwt, set up as its documentation says."""

from datetime import timedelta

from real_servers.applications import django_app

django_app.configure(
    apps=["rest_framework_simplejwt.token_blacklist"],
    authentication="rest_framework_simplejwt.authentication.JWTAuthentication",
    refresh=("/api/token/refresh/", "refresh"),
    SIMPLE_JWT={
        "ACCESS_TOKEN_LIFETIME": timedelta(seconds=3),
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
    },
)

from django.urls import path
from rest_framework_simplejwt.views import TokenBlacklistView, TokenObtainPairView, TokenRefreshView

urlpatterns = [
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
    path("api/token/blacklist/", TokenBlacklistView.as_view()),
    *django_app.views(),
]

if __name__ == "__main__":
    django_app.main()
