"""Names that may stand for one concept, told by the words they are made of."""

from __future__ import annotations

import pytest

from codemods.survey.near_names import Likeness, competing, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ExecutionEngineFactory", ("execution", "engine", "factory")),
        ("execution_engine_factory", ("execution", "engine", "factory")),
        ("HTTPClientV2", ("http", "client", "v", "2")),
        ("_private", ("private",)),
        ("", ()),
    ],
)
def test_the_words_of_a_name(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_names_compete_where_one_has_all_words_of_the_other_but_one() -> None:
    others = ("ExecutionFactory", "UnifiedExecutionEngineFactory", "ExecutionEngineFactory", "ToolEngineFactory")
    assert competing("ExecutionEngineFactory", others) == (
        "ExecutionFactory",
        "ToolEngineFactory",
        "UnifiedExecutionEngineFactory",
    )


@pytest.mark.parametrize(
    "other", ["ExecutionEngineConfig", "SessionFactory", "Factory", "OneVeryUnifiedExecutionEngineFactory", "RedisPool"]
)
def test_names_of_other_kinds_do_not_compete(other: str) -> None:
    assert competing("ExecutionEngineFactory", [other]) == ()


def test_a_longer_name_may_have_two_words_more() -> None:
    others = ("WebSocketEventEmitterFactory", "WebSocketManager", "OneWebSocketEventEmitterFactory")
    assert competing("WebSocketBridgeFactory", others) == ("WebSocketEventEmitterFactory",)


def test_one_word_alone_competes_with_nothing() -> None:
    assert competing("Factory", ["ExecutionFactory", "Factories"]) == ()


def test_the_nearest_name_comes_first() -> None:
    names = ("websocket_bridge_factory", "websocket_factory_config", "session_factory", "clock", "websocket_factory")
    nearest = Likeness(names).nearest("websocket_factory")
    assert nearest[:2] == ("websocket_factory", "websocket_bridge_factory")
    assert not {"session_factory", "clock"}.intersection(nearest)


def test_words_run_together_are_seen() -> None:
    assert Likeness(["WebSocketBridgeFactory", "Clock"]).nearest("websocket_factory") == ("WebSocketBridgeFactory",)


def test_nothing_is_near_a_name_that_shares_nothing() -> None:
    assert Likeness(["clock", "session_factory"]).nearest("websocket_bridge") == ()
