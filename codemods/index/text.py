"""Source files as text and back, losslessly: declared encodings (PEP 263), byte order marks; newlines untouched."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass

_BOM = b"\xef\xbb\xbf"
_ASCII = bytes(range(32, 127)) + b"\t\n\f\r"


class UndecodableError(ValueError):
    """The bytes are not Python source that can be read and written back unchanged; the message says why."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of a source file with what it takes to write it back: its encoding, and whether a BOM begins it."""

    text: str
    encoding: str
    bom: bool


def decode(content: bytes) -> SourceText:
    """The text of `content`, by its byte order mark or declared encoding. Raises UndecodableError."""
    if b"\0" in content:
        message = "it holds NUL bytes"
        raise UndecodableError(message)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError as error:
        raise UndecodableError(str(error.msg)) from error
    bom = content.startswith(_BOM)
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    try:
        holds_ascii = _ASCII.decode(codec) == _ASCII.decode("ascii")
        text = content[len(_BOM) if bom else 0 :].decode(codec)
    except (UnicodeError, LookupError) as error:
        message = f"it does not decode as {codec}: {error}"
        raise UndecodableError(message) from error
    if not holds_ascii:
        # Of utf-16-le or EBCDIC, not even the line that declares it could be read; Python does not run such files.
        message = f"{codec} does not hold ASCII as it is"
        raise UndecodableError(message)
    source = SourceText(text, codec, bom)
    try:
        is_lossless = encode(source, text) == content
    except UnicodeError:
        is_lossless = False
    if not is_lossless:
        message = f"it cannot be written back unchanged as {codec}"
        raise UndecodableError(message)
    return source


def encode(source: SourceText, text: str) -> bytes:
    """`text` as bytes, encoded as `source` was. Raises UnicodeError where the encoding lacks a letter."""
    return (_BOM if source.bom else b"") + text.encode(source.encoding)
