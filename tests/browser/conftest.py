"""One browser for all tests of a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.driver import BROWSER, DRIVER, Browser, browser

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def shared_window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not (DRIVER and BROWSER):
        pytest.skip("there is no Chromium with its driver")
    with browser(tmp_path_factory.mktemp("chromium")) as window:
        yield window


@pytest.fixture
def window(shared_window: Browser) -> Iterator[Browser]:
    """The browser; afterwards, no page may have complained, such as of its own policy."""
    yield shared_window
    assert shared_window.complaints() == []
