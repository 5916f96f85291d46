"""Source files as text and back, losslessly: declared encodings (PEP 263), byte order marks; newlines untouched."""

from __future__ import annotations

import io
import tokenize
import warnings
from functools import lru_cache

from msgspec import Struct

from codemods.limits import beyond

_BOM = b"\xef\xbb\xbf"
# The end is a name of the internet, to tell `idna`.
_ASCII = bytes(range(32, 127)) + b"\t\n\f\r.xn--mnchen-3ya"


class UndecodableError(ValueError):
    """The bytes are not Python source that can be read and written back unchanged; the message says why."""


class SourceText(Struct, frozen=True):
    """The text of a source file with what it takes to write it back: its encoding, and whether a BOM begins it."""

    text: str
    encoding: str
    bom: bool


def decode(content: bytes) -> SourceText:
    """The text of `content`, by its byte order mark or declared encoding. Raises UndecodableError."""
    if b"\0" in content:
        message = "it holds NUL bytes"
        raise UndecodableError(message)
    if reason := beyond(content):
        raise UndecodableError(reason)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError as error:
        raise UndecodableError(str(error.msg)) from error
    bom = content.startswith(_BOM)
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    try:
        # Of utf-16-le or EBCDIC, not even the line that declares it could be read; Python does not run such files. And
        # for `idna` or `punycode`, a whole file could take hours.
        if not _holds_ascii(codec):
            message = f"{codec} does not hold ASCII as it is"
            raise UndecodableError(message)
        text = content[len(_BOM) if bom else 0 :].decode(codec)
    except (UnicodeError, LookupError) as error:
        message = f"it does not decode as {codec}: {error}"
        raise UndecodableError(message) from error
    source = SourceText(text, codec, bom)
    try:
        is_lossless = encode(source, text) == content
    except UnicodeError:
        is_lossless = False
    if not is_lossless:
        message = f"it cannot be written back unchanged as {codec}"
        raise UndecodableError(message)
    return source


@lru_cache(maxsize=32)
def _holds_ascii(codec: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `unicode_escape` does not like `\\]`
        return _ASCII.decode(codec) == _ASCII.decode("ascii")


def encode(source: SourceText, text: str) -> bytes:
    """`text` as bytes, encoded as `source` was. Raises UnicodeError where the encoding lacks a letter."""
    return (_BOM if source.bom else b"") + text.encode(source.encoding)
