"""A person with a browser: Debian's headless Chromium, driven by its own driver over HTTP (W3C WebDriver)."""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key of an element's id (WebDriver, section 12.1)."""

OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
LONGEST_WAIT = 30.0


@frozen
class Browser:
    """A browser with one window."""

    http: httpx.Client
    session: str

    def do(self, method: str, path: str, **parameters: object) -> Any:
        answer = self.http.request(method, f"{self.session}/{path}", json=parameters if method == "POST" else None)
        assert answer.is_success, answer.text
        return answer.json()["value"]

    def open(self, url: str) -> None:
        self.do("POST", "url", url=url)

    def find(self, css: str) -> str:
        """Wait until the page has an element, and return its id."""
        limit = time.monotonic() + LONGEST_WAIT
        while not (found := self.do("POST", "elements", using="css selector", value=css)):
            assert time.monotonic() < limit, f"no {css} in {self.text}"
            time.sleep(0.05)
        element: str = found[0][ELEMENT]
        return element

    def has(self, css: str) -> bool:
        """Say whether the page has an element now."""
        return bool(self.do("POST", "elements", using="css selector", value=css))

    def type(self, css: str, text: str) -> None:
        self.do("POST", f"element/{self.find(css)}/value", text=text)

    def click(self, css: str) -> None:
        self.do("POST", f"element/{self.find(css)}/click")

    def forget(self, url: str) -> None:
        """Forget who is signed in at a server."""
        self.open(url)
        self.do("DELETE", "cookie")

    @property
    def text(self) -> str:
        text: str = self.do("GET", f"element/{self.find('body')}/text")
        return text

    @property
    def url(self) -> str:
        url: str = self.do("GET", "url")
        return url


@define
class Person:
    """Somebody who signs in at the pages of django-oauth-toolkit, and agrees, or does not."""

    browser: Browser
    username: str
    password: str
    agrees: bool = True
    threads: list[Thread] = field(factory=list, init=False)

    def __call__(self, url: str) -> None:
        """Begin; the browser comes back only when its redirect is answered."""
        self._begin(self._agree, url)

    def enter(self, page: str, user_code: str) -> None:
        """Begin to sign in for another device, by its code."""
        self._begin(self._enter, page, user_code)

    def _begin(self, work: Callable[..., None], *arguments: str) -> None:
        self.threads.append(Thread(target=work, args=arguments))
        self.threads[-1].start()

    def _agree(self, url: str) -> None:
        self._open(url)
        self.browser.click(f"#authorizationForm input[type=submit]{'[name=allow]' if self.agrees else ':not([name])'}")

    def _enter(self, page: str, user_code: str) -> None:
        self._open(page)
        self.browser.type("#id_user_code", user_code)
        self.browser.click("button")
        self.browser.click(f"button[value={'accept' if self.agrees else 'deny'}]")

    def _open(self, url: str) -> None:
        self.browser.open(url)
        if self.browser.has("#id_username"):
            self.browser.type("#id_username", self.username)
            self.browser.type("#id_password", self.password)
            self.browser.click("button")

    def last_page(self) -> str:
        """Wait until the person is done, and return the text of the last page."""
        for thread in self.threads:
            thread.join()
        return self.browser.text


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser that has no history, and end it."""
    driver, program = shutil.which("chromedriver"), shutil.which("chromium")
    if driver is None or program is None:
        pytest.skip("there is no chromium with its driver on this machine: install Debian's chromium-driver")
    process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port = next(line for line in process.stdout if "successfully on port" in line).rpartition(" ")[2].strip(" .\n")
        wanted = {"browserName": "chrome", "goog:chromeOptions": {"binary": program, "args": OPTIONS}}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as http:
            answer = http.post("/session", json={"capabilities": {"alwaysMatch": wanted}})
            assert answer.is_success, answer.text
            session = f"/session/{answer.json()['value']['sessionId']}"
            try:
                yield Browser(http, session)
            finally:
                http.delete(session).raise_for_status()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
