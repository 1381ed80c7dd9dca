# Written by scripts/generate from the description of the API: changes made here are lost.
"""The operations as methods, by tag; each resource is imported when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..operation import AsyncCaller, Caller
    from .attachments import AsyncAttachments, Attachments
    from .audit import AsyncAudit, Audit
    from .auth import AsyncAuth, Auth
    from .projects import AsyncProjects, Projects
    from .search import AsyncSearch, Search
    from .service import AsyncService, Service
    from .tasks import AsyncTasks, Tasks
    from .users import AsyncUsers, Users

    _resource = cached_property
else:

    class _resource(cached_property):
        """A resource, which is made when it is first used.

        On the class it is one without a caller, so that `unittest.mock.create_autospec` finds its methods.
        """

        def __get__(self, instance, owner=None):
            return self.func(Resources(None)) if instance is None else super().__get__(instance, owner)


class Resources:
    """All resources; `caller` carries their operations out."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @_resource
    def auth(self) -> Auth:
        """Signing in, renewing a session, signing out."""
        from .auth import Auth

        return Auth(self._caller)

    @_resource
    def users(self) -> Users:
        """People who sign in."""
        from .users import Users

        return Users(self._caller)

    @_resource
    def projects(self) -> Projects:
        """Projects group tasks."""
        from .projects import Projects

        return Projects(self._caller)

    @_resource
    def tasks(self) -> Tasks:
        """The work to do."""
        from .tasks import Tasks

        return Tasks(self._caller)

    @_resource
    def attachments(self) -> Attachments:
        """Files that belong to a task."""
        from .attachments import Attachments

        return Attachments(self._caller)

    @_resource
    def search(self) -> Search:
        """Full-text search, rate-limited."""
        from .search import Search

        return Search(self._caller)

    @_resource
    def audit(self) -> Audit:
        """The audit log, for auditors only."""
        from .audit import Audit

        return Audit(self._caller)

    @_resource
    def service(self) -> Service:
        """The service itself."""
        from .service import Service

        return Service(self._caller)


class AsyncResources:
    """All resources; `caller` carries their operations out."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @_resource
    def auth(self) -> AsyncAuth:
        """Signing in, renewing a session, signing out."""
        from .auth import AsyncAuth

        return AsyncAuth(self._caller)

    @_resource
    def users(self) -> AsyncUsers:
        """People who sign in."""
        from .users import AsyncUsers

        return AsyncUsers(self._caller)

    @_resource
    def projects(self) -> AsyncProjects:
        """Projects group tasks."""
        from .projects import AsyncProjects

        return AsyncProjects(self._caller)

    @_resource
    def tasks(self) -> AsyncTasks:
        """The work to do."""
        from .tasks import AsyncTasks

        return AsyncTasks(self._caller)

    @_resource
    def attachments(self) -> AsyncAttachments:
        """Files that belong to a task."""
        from .attachments import AsyncAttachments

        return AsyncAttachments(self._caller)

    @_resource
    def search(self) -> AsyncSearch:
        """Full-text search, rate-limited."""
        from .search import AsyncSearch

        return AsyncSearch(self._caller)

    @_resource
    def audit(self) -> AsyncAudit:
        """The audit log, for auditors only."""
        from .audit import AsyncAudit

        return AsyncAudit(self._caller)

    @_resource
    def service(self) -> AsyncService:
        """The service itself."""
        from .service import AsyncService

        return AsyncService(self._caller)
