"""What a plan may be at most. It is text of somebody's: reading one must end soon, and take little."""

from __future__ import annotations

BYTES = 1_000_000  # of the file; a plan that lists 10,000 files has about half of it
DEPTH = 40  # of lists and mappings in one another
VALUES = 50_000  # and keys; aliases counted as often as they stand for something
CHARACTERS = 2_000_000  # of all values and keys, with aliases counted so, too
DIGITS = 100  # of a number
MISTAKES = 100  # that are told at once
SHOWN = 100  # characters of a value in a message
MESSAGE = 1_000  # characters of what is told about one mistake
NEAREST = 200  # words among which a misspelled one is looked for

NAME = 100  # characters of the name of a plan, a phase or a rule: they become parts of refs and of file names
LINE = 300  # characters of a title and of an issue
RULES = 2_000  # counting each row of a table
SNIPPET = 20_000  # characters of one snippet, with the texts of a row put in
EXPRESSION = 1_000  # characters of a regular expression
POSITION = 1_000  # of an argument
TIMEOUT = 7 * 24 * 3600.0  # seconds
DEEP_WILDCARDS = 3  # `**` in one pattern of files: each multiplies the ways to match a path
WILDCARDS = 3  # `*` in one part of such a pattern
TEMPLATE = 10_000  # characters of the template of commit messages
COMMIT = 200_000  # characters of a commit message
