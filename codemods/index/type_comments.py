"""`# type:` comments (PEP 484), read as the annotations that they are."""

from __future__ import annotations

import ast
import io
import re
import tokenize

_HEAD = re.compile(r"#\s*type:(?!\s*ignore\b)\s*")
_QUICK = re.compile(rb"#\s*type:(?!\s*ignore\b)")


class TypeComment(ast.Constant):
    """The text of a `# type:` comment, as if it were a string without quotes: `value` is its text, with positions."""


class NestedAnnotation(ast.Constant):
    """A string annotation inside of another: what it names is known, and where in the file it does so is not."""


def type_comments(source: bytes) -> list[TypeComment]:
    """The `# type:` comments of UTF-8 `source`, apart from `# type: ignore`; none where it has no regular tokens."""
    if not _QUICK.search(source):
        return []
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source.decode("utf-8"), newline="").readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return []
    comments = (token for token in tokens if token.type == tokenize.COMMENT)
    return [_comment(token, head.end()) for token in comments if (head := _HEAD.match(token.string))]


def _comment(token: tokenize.TokenInfo, skipped: int) -> TypeComment:
    # What stands behind a second `#` is a remark on the annotation.
    text = token.string[skipped:].split("#")[0].rstrip()
    line, column = token.start
    start = len(token.line[: column + skipped].encode())
    comment = TypeComment(text)
    comment.lineno = comment.end_lineno = line
    comment.col_offset, comment.end_col_offset = start, start + len(text.encode())
    return comment


def expressions(comment: TypeComment) -> list[ast.expr]:
    """The annotations in a comment, with columns that count from the start of its text; none where it has no such."""
    text = str(comment.value)
    try:
        if text.startswith("("):
            signature = ast.parse(text, mode="func_type")
            return [*signature.argtypes, signature.returns]
    except (SyntaxError, ValueError):
        pass
    try:
        return [ast.parse(text, mode="eval").body]
    except (SyntaxError, ValueError):
        return []
