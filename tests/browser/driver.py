"""Chromium through its driver, by the WebDriver protocol: as much of it as the tests of pages need."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DRIVER = shutil.which("chromedriver")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_ARGUMENTS = [
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,900"),
    # Nothing that a fresh browser does of itself is of use here.
    *("--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update"),
]
_PATIENCE = 300  # seconds for one command
_KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "ArrowRight": "\ue014"}


class Browser:
    """One window. Raises AssertionError with what the driver says where it cannot do something."""

    def __init__(self, address: str) -> None:
        options = {"binary": BROWSER, "args": _ARGUMENTS}
        logs = {"goog:loggingPrefs": {"browser": "ALL"}}
        patience = {"timeouts": {"script": _PATIENCE * 1000}}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, **logs, **patience}
        self._address = address
        self._session = f"{address}/session"
        session = self._send("", {"capabilities": {"alwaysMatch": wanted}})
        self._session += f"/{session['sessionId']}"

    def _send(self, path: str, body: object = None, method: str = "POST") -> Any:
        data = json.dumps(body if body is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self._session}{path}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.loads(error.read())["value"]["message"]) from error

    def open(self, page: Path) -> None:
        """Open a file, and wait until its script has run."""
        self._send("/url", {"url": page.as_uri()})
        self.wait(lambda: self.run("return document.documentElement.dataset.ready"))

    def run(self, script: str, *arguments: object) -> Any:
        """What a script returns."""
        return self._send("/execute/sync", {"script": script, "args": list(arguments)})

    def wait_for(self, script: str) -> Any:
        """What a script hands to the function that is its last argument."""
        return self._send("/execute/async", {"script": script, "args": []})

    def wait(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; half a minute is long enough for the slowest machine."""
        end = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < end, "it never came to that"
            time.sleep(0.02)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, as a person does: letters, or the names of other keys."""
        actions = [{"type": kind, "value": _KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self._send("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def devtools(self, command: str, **parameters: object) -> Any:
        """Give the browser a command of its own protocol."""
        return self._send("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def complaints(self) -> list[str]:
        """What the page has put on the console since the last time: errors, refusals of its policy."""
        return [entry["message"] for entry in self._send("/se/log", {"type": "browser"})]

    def picture(self, file: Path) -> None:
        """Save what is seen."""
        file.write_bytes(base64.b64decode(self._send("/screenshot", method="GET")))

    def close(self) -> None:
        """End it."""
        self._send("", method="DELETE")


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser that keeps its files in `folder`, ended afterwards."""
    assert DRIVER is not None
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "TMPDIR": str(folder)}
    with subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, env=environment, text=True) as process:
        try:
            assert process.stdout is not None
            found = next(filter(None, (re.search(r"successfully on port (\d+)", line) for line in process.stdout)))
            window = Browser(f"http://127.0.0.1:{found[1]}")
            try:
                yield window
            finally:
                window.close()
        finally:
            process.terminate()
