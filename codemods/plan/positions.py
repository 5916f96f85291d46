"""YAML text as plain values, with the line and column of every key and value."""

from __future__ import annotations

from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from codemods.errors import Mistake

Key = str | int
Location = tuple[Key, ...]
_PREFIX = "tag:yaml.org,2002:"
# Aliases may make a small file expand without bound.
_LIMIT = 100_000


@dataclass(slots=True)
class Document:
    """The plain `value` of a YAML document; positions by location, of values and of the keys that lead to them.

    `texts` tells where the text of a value begins: behind its quote, or in the line below the `|` of a block.
    """

    value: object = None
    values: dict[Location, tuple[int, int]] = field(default_factory=dict)
    texts: dict[Location, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Location, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    nodes: int = 0

    def position(self, location: Location, *, of_key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the value (or its key) at `location`, or of the nearest thing around it."""
        places = self.keys if of_key else self.values
        while location and location not in places:
            location = location[:-1]
            places = self.values
        return places.get(location, (1, 1))

    def within(self, location: Location, line: int, column: int) -> tuple[int, int]:
        """Line and column, from 1, of the place at `line` and `column` in the text of the value at `location`."""
        first, indentation = self.texts.get(location) or self.position(location)
        is_below = first > self.position(location)[0]
        return first + line - 1, column - 1 + (indentation if line == 1 or is_below else 1)


def read_yaml(text: str) -> Document:
    """Read one YAML 1.2 document. What is wrong with it as YAML is in `mistakes`; nothing is raised."""
    document = Document()
    try:
        yaml = YAML(typ="safe", pure=True)
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.mistakes.append(Mistake(line, column, f"this is not YAML: {error.problem or error.context}"))
    except (YAMLError, ValueError) as error:
        first = str(error).strip().splitlines()
        document.mistakes.append(Mistake(1, 1, f"this is not YAML: {first[0] if first else 'unreadable'}"))
    except RecursionError:
        document.mistakes.append(Mistake(1, 1, "it is nested too deeply"))
    else:
        _read(document, node, text.splitlines())
    return document


def _read(document: Document, node: Node | None, lines: list[str]) -> None:
    if node is None:
        document.mistakes.append(Mistake(1, 1, "the plan is empty: begin with `schema: 1`"))
        return
    try:
        document.value = _plain(document, node, ())
        _find_texts(document, node, (), lines)
    except RecursionError:
        document.mistakes.append(Mistake(1, 1, "it is nested too deeply, or an alias refers to itself"))
    except _TooLarge:
        document.mistakes.append(Mistake(1, 1, f"it has more than {_LIMIT} values, counting aliases"))


class _TooLarge(Exception):  # noqa: N818 - never leaves this module
    pass


def _find_texts(document: Document, node: Node, location: Location, lines: list[str]) -> None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            _find_texts(document, value, (*location, str(key.value)), lines)
    elif isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            _find_texts(document, item, (*location, number), lines)
    elif isinstance(node, ScalarNode) and node.style in ("|", ">"):
        below = range(node.start_mark.line + 1, len(lines))
        first = next((number for number in below if lines[number].strip()), node.start_mark.line)
        document.texts[location] = first + 1, len(lines[first]) - len(lines[first].lstrip()) + 1
    elif isinstance(node, ScalarNode):
        line, column = _place(node)
        document.texts[location] = line, column + (1 if node.style in ("'", '"') else 0)


def _place(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _plain(document: Document, node: Node, location: Location) -> object:
    document.nodes += 1
    if document.nodes > _LIMIT:
        raise _TooLarge
    document.values[location] = _place(node)
    if isinstance(node, MappingNode):
        return _mapping(document, node, location)
    if isinstance(node, SequenceNode):
        return [_plain(document, item, (*location, number)) for number, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(document: Document, node: MappingNode, location: Location) -> dict[str, object]:
    mapping: dict[str, object] = {}
    for key_node, value_node in node.value:
        line, column = _place(key_node)
        if not isinstance(key_node, ScalarNode) or key_node.value == "<<":
            document.mistakes.append(Mistake(line, column, "expected a plain key; merge keys are not supported"))
            continue
        key = str(key_node.value)
        if key in mapping:
            first = document.keys[(*location, key)][0]
            document.mistakes.append(Mistake(line, column, f"the key `{key}` stands here twice, first in line {first}"))
            continue
        document.keys[(*location, key)] = (line, column)
        mapping[key] = _plain(document, value_node, (*location, key))
    return mapping


def _scalar(node: Node) -> object:
    text = str(node.value)
    kind = str(node.tag).removeprefix(_PREFIX)
    try:
        if kind == "int":
            return int(text.replace("_", ""), 0)
        if kind == "float":
            return float(text.replace("_", ""))
    except ValueError:
        return text
    if kind == "bool":
        return text.lower() == "true"
    return None if kind == "null" else text
