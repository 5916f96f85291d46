"""YAML text as plain values, with the line and column of every key and value.

What YAML has beside that is refused: tags, directives, merge keys, several documents. An alias is read as what it
stands for. What is too deep or too much is refused before it is built.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from msgspec import Struct, field
from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from codemods.errors import Mistake
from codemods.model import shortened
from codemods.plan import limits

Key = str | int
Location = tuple[Key, ...]
_PREFIX = "tag:yaml.org,2002:"
# As the reader of YAML counts them; `splitlines` knows more.
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# No name, path, command or code has these in it as they are; code and expressions have escapes of their own.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Document(Struct):
    """The plain `value` of a YAML document; positions by location, of values and of the keys that lead to them.

    `texts` tells where the text of a value begins: behind its quote, or in the line below the `|` of a block.
    """

    value: object = None
    values: dict[Location, tuple[int, int]] = field(default_factory=dict)
    texts: dict[Location, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Location, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

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
    try:
        node, mistakes = _compose(text)
    except _RefusedError as error:
        return Document(mistakes=[error.mistake])
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = error.problem or error.context or error.note
        return Document(mistakes=[Mistake(line, column, f"this is not YAML: {what}")])
    except ReaderError as error:
        line, column = _place_of(text, error.position)
        return Document(mistakes=[Mistake(line, column, f"this is not YAML: {str(error).splitlines()[0]}")])
    except Exception as error:
        what = f"this is not YAML: {type(error).__name__}: {error}"
        return Document(mistakes=[Mistake(1, 1, shortened(what, limits.MESSAGE))])
    reader = _Reader(text, Document(mistakes=mistakes))
    if node is None:
        reader.document.mistakes.append(Mistake(1, 1, "the plan is empty: begin with `schema: 1`"))
    else:
        reader.read(node)
    return reader.document


def _compose(text: str) -> tuple[Node | None, list[Mistake]]:
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Composer
    node: Node | None = yaml.compose(text)
    composer: _Composer = yaml.composer
    return node, composer.mistakes


def _place_of(text: str, offset: int) -> tuple[int, int]:
    ends = [match.end() for match in _LINE_END.finditer(text, 0, offset)]
    return len(ends) + 1, offset - (ends[-1] if ends else 0) + 1


class _RefusedError(Exception):
    """What is not read any further; never leaves this module."""

    def __init__(self, place: tuple[int, int], what: str) -> None:
        super().__init__(what)
        self.mistake = Mistake(*place, what)


class _Composer(Composer):
    """Makes nodes of a text, and refuses what a plan has no use for. `mistakes` are those that stop nothing."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self.mistakes: list[Mistake] = []
        self.level = 0
        self.values = 0
        self.warn_double_anchors = False  # they are a mistake here

    def compose_document(self) -> Any:
        event = self.parser.peek_event()
        if event.version is not None or event.tags:
            raise _RefusedError(_place(event), "a plan has no directives: leave the `%` line out")
        return super().compose_document()

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent):
            return super().compose_node(parent, index)
        if event.ctag is not None:
            tag = str(event.ctag).replace(_PREFIX, "!!")
            what = f"tags such as `{tag}` are not supported: leave it out"
            self.mistakes.append(Mistake(*_place(event), what))
        if event.anchor is not None and event.anchor in self.anchors:
            what = f"the anchor `&{event.anchor}` stands here a second time"
            self.mistakes.append(Mistake(*_place(event), what))
        self.values += 1
        if self.values > limits.VALUES:
            raise _RefusedError(_place(event), f"with this it has more than {limits.VALUES} values")
        self.level += 1
        if self.level > limits.DEPTH:
            raise _RefusedError(_place(event), f"it is nested deeper than {limits.DEPTH} levels")
        node = super().compose_node(parent, index)
        self.level -= 1
        return node


class _Reader:
    """Reads the nodes of one document into plain values."""

    def __init__(self, text: str, document: Document) -> None:
        self.document = document
        self.values = 0
        self.characters = 0
        self.text = text
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        ends = (*self.starts[1:], len(text))
        spans = zip(self.starts, ends, strict=True)
        self.not_blank = [start for start, end in spans if text[start:end].strip()]

    def read(self, node: Node) -> None:
        """The value of the whole, unless it is too much."""
        try:
            self.document.value = self.plain(node, ())
        except _RefusedError as error:
            self.document.value = None
            self.document.mistakes.append(error.mistake)

    def plain(self, node: Node, location: Location) -> object:
        """The plain value of a node."""
        self.count(node, location)
        self.document.values[location] = _place(node)
        if isinstance(node, MappingNode):
            return self.mapping(node, location)
        if isinstance(node, SequenceNode):
            return [self.plain(item, (*location, number)) for number, item in enumerate(node.value)]
        self.document.texts[location] = self.text_place(node)
        return _scalar(node) if self.is_fit(node) else ""

    def count(self, node: Node, location: Location) -> None:
        """Raise _RefusedError where this node is one too many: an alias may stand for any number of them."""
        self.values += 1
        self.characters += len(node.value) if isinstance(node, ScalarNode) else 0
        if self.values > limits.VALUES:
            raise _RefusedError(_place(node), f"with this it has more than {limits.VALUES} values, counting aliases")
        if self.characters > limits.CHARACTERS:
            raise _RefusedError(
                _place(node), f"with this it has more than {limits.CHARACTERS} characters, counting aliases"
            )
        if len(location) > limits.DEPTH:
            what = f"it is nested deeper than {limits.DEPTH} levels, or an alias is in what it stands for"
            raise _RefusedError(_place(node), what)

    def is_fit(self, node: Node) -> bool:
        """Whether the text of a node can be used; otherwise that is told."""
        found = _UNFIT.search(node.value)
        if found is not None:
            what = f"the character U+{ord(found.group()):04X} has no place in a plan: leave it out"
            self.document.mistakes.append(Mistake(*_place(node), what))
        return found is None

    def mapping(self, node: MappingNode, location: Location) -> dict[str, object]:
        """The plain value of a mapping."""
        document = self.document
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            line, column = _place(key_node)
            if not isinstance(key_node, ScalarNode) or key_node.value == "<<":
                document.mistakes.append(Mistake(line, column, "expected a plain key; merge keys are not supported"))
                continue
            self.count(key_node, location)
            key = str(key_node.value)
            if key in mapping:
                first = document.keys[(*location, key)][0]
                what = f"the key `{shortened(key)}` stands here twice, first in line {first}"
                document.mistakes.append(Mistake(line, column, what))
                continue
            document.keys[(*location, key)] = (line, column)
            value = self.plain(value_node, (*location, key))
            if self.is_fit(key_node):
                mapping[key] = value
        return mapping

    def text_place(self, node: Any) -> tuple[int, int]:
        """Where the text of a scalar begins."""
        line, column = _place(node)
        if node.style not in ("|", ">"):
            return line, column + (1 if node.style in ("'", '"') else 0)
        below = self.starts[line] if line < len(self.starts) else len(self.text)
        number = bisect_right(self.not_blank, below - 1)
        if number == len(self.not_blank):
            return line, column
        first = self.not_blank[number]
        indented = self.text[first : first + limits.SNIPPET]
        return bisect_right(self.starts, first), len(indented) - len(indented.lstrip()) + 1


def _place(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: Node) -> object:
    text = str(node.value)
    kind = str(node.tag).removeprefix(_PREFIX)
    try:
        if kind == "int" and len(text) <= limits.DIGITS:
            return int(text.replace("_", ""), 0)
        if kind == "float" and len(text) <= limits.DIGITS:
            return float(text.replace("_", ""))
    except ValueError:
        return text
    if kind == "bool":
        return text.lower() == "true"
    return None if kind == "null" else text
