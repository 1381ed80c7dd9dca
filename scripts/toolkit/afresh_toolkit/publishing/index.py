"""Asks a package index, by its Simple API."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urljoin, urlsplit

import requests
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pypi_simple import (
    DigestMismatchError,
    DistributionPackage,
    NoSuchProjectError,
    ProjectPage,
    PyPISimple,
    UnsupportedContentTypeError,
    UnsupportedRepoVersionError,
)
from requests.auth import AuthBase, HTTPBasicAuth

from afresh_toolkit.publishing.address import Address, origin
from afresh_toolkit.publishing.credentials import PLACES, Credentials
from afresh_toolkit.publishing.problems import PublishError

TIMEOUT = 60
_UNLIKE = "{} does not answer as a package index does; see whether the URL is right, and what stands before it"


class Index:
    """An index, which is asked as somebody; a context manager. Its methods raise PublishError where it gives no answer.

    Attributes:
        fallback: where the index sends those who ask for what it does not have; None while it has not done so.
    """

    def __init__(self, address: Address, credentials: Credentials | None) -> None:
        self.fallback: str | None = None
        self._address = address
        self._credentials = credentials
        self._session = requests.Session()
        self._session.auth = _OwnOrigin(address.origin, credentials) if credentials else None
        self._client = PyPISimple(address.url, session=self._session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def files_of(self, project: str) -> dict[Version, list[DistributionPackage]]:
        """Return the files of a distribution by versions; those whose name has no version that is one are left out."""
        found: dict[Version, list[DistributionPackage]] = {}
        with self._explained(), self._own_answers(project):
            try:
                packages = self._client.get_project_page(project, timeout=TIMEOUT).packages
            except (NoSuchProjectError, _SentElsewhereError):
                return found
        for package in packages:
            try:
                found.setdefault(Version(package.version or ""), []).append(package)
            except InvalidVersion:
                continue
        return found

    def download(self, package: DistributionPackage, folder: Path) -> Path:
        """Bring a file into a folder, by its name, checked against the hashes that the index has for it, if any."""
        target = folder / Path(package.filename).name
        with self._explained():
            self._client.download_package(package, target, verify=bool(package.digests), timeout=TIMEOUT)
        return target

    @contextmanager
    def _explained(self) -> Iterator[None]:
        url = self._address.url
        try:
            yield
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            if status in {401, 403}:
                raise PublishError(refused(url, self._credentials, status)) from None
            raise PublishError(f"{url} answers {status}; see whether it is the index, and whether it is well") from None
        except (requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema):
            raise PublishError(
                f"{url} cannot be reached by the proxy that HTTPS_PROXY or ALL_PROXY names: it is no URL, or "
                "takes SOCKS, for which `requests` needs PySocks; correct or unset it"
            ) from None
        except requests.JSONDecodeError:
            raise PublishError(_UNLIKE.format(url)) from None
        except requests.RequestException as error:
            raise PublishError(
                f"{url} cannot be reached: {_reason(error)}; see whether the URL is right and the index runs"
            ) from None
        except (UnsupportedContentTypeError, UnsupportedRepoVersionError) as error:
            raise PublishError(
                f"{url} is no package index that is known: {error}; see whether the URL is right"
            ) from None
        except ValueError:  # what says that it is JSON, and is not, or not of the Simple API
            raise PublishError(_UNLIKE.format(url)) from None
        except DigestMismatchError as error:
            raise PublishError(
                f"{error.url} is not what the index's own hash says: it is damaged there, or on the way; run this again"
            ) from None

    @contextmanager
    def _own_answers(self, project: str) -> Iterator[None]:
        """Follow no redirect to another place, such as pypiserver's to the public index for what it does not have.

        What is there is not what is here, whatever its name. Where what answers is no page of an index, but one to sign
        in at, say, it tells nothing of what is there, and raises PublishError.
        """

        def look(response: requests.Response, **_: object) -> None:
            if response.is_redirect:
                target = urljoin(response.url, response.headers["location"])
                if origin(target) == self._address.origin:
                    return
                if _last_part(target) != canonicalize_name(project):
                    raise PublishError(
                        f"{self._address.url} sends those who ask for {project} to {origin(target)}, as where one has "
                        f"to sign in: see whether the URL is right, and who asks. Looked for, in this order: {PLACES}"
                    )
                self.fallback = origin(target)
                raise _SentElsewhereError
            if response.ok and not _is_of_index(response, project):
                raise PublishError(
                    f"{response.url} answers with a page that is none of a package index, such as one to sign in at: "
                    f"see whether the URL is right, and who asks. Looked for, in this order: {PLACES}"
                )

        self._session.hooks["response"].append(look)
        try:
            yield
        finally:
            self._session.hooks["response"].remove(look)


class _SentElsewhereError(Exception):
    pass


_MARKS = re.compile(
    r"""<meta[^>]*["']pypi:repository-version["']|<(?:title|h1)[^>]*>[^<]*\b(?:links\s+(?:for|in)|simple\s+index)\b""",
    re.IGNORECASE,
)
"""What a page of HTML has that is one of the Simple API, also where it lists nothing (PEP 503, 629)."""


def _is_of_index(response: requests.Response, project: str) -> bool:
    """Whether an answer is a page of the Simple API: by its type, its marks, or a file of the project that it lists."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"text/html", "application/xhtml+xml", ""}:
        return True  # what no index sends is refused where it is read
    if _MARKS.search(response.text):
        return True
    try:
        packages = ProjectPage.from_html(project, response.text).packages
    except (ValueError, UnsupportedRepoVersionError):
        return False
    return any(package.version is not None for package in packages)


def _last_part(url: str) -> str:
    return canonicalize_name(unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2])


class _OwnOrigin(AuthBase):
    """Signs requests to the index itself: the files may be elsewhere, where its password is nobody's business."""

    def __init__(self, own: str, credentials: Credentials) -> None:
        self._own = own
        self._basic = HTTPBasicAuth(credentials.username.encode(), credentials.password.encode())

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return self._basic(request) if request.url and origin(request.url) == self._own else request


def refused(url: str, credentials: Credentials | None, status: int) -> str:
    """Say that an index lets nobody in, and what to do."""
    if credentials is None:
        return (
            f"{url} wants to know who asks ({status}), and there are no credentials for it. "
            f"Looked for, in this order: {PLACES}"
        )
    return (
        f"{url} refuses the user {credentials.username!r} ({status}), with the password from {credentials.source}: "
        f"see whether it is right, and may do this. Looked for, in this order: {PLACES}"
    )


def _reason(error: BaseException) -> str:
    """Return what the system said: the reason is nested, and long."""
    reason: BaseException | None = error
    while reason is not None:
        if isinstance(reason, OSError) and reason.strerror:
            return reason.strerror
        reason = reason.__cause__ or reason.__context__
    return type(error).__name__
