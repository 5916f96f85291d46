"""What one writes with sed: the module of imports that spell the name, the dotted name, then the name as a word.

A list in parentheses goes over lines, which is beyond it, as is everything that is not spelled.
"""

from __future__ import annotations

# $1 is sed, $2 the recipe, $3 the files.
_SHOW = 'for file; do "$0" -E -f "$RECIPE" "$file" | diff -u "$file" -; done; true'
SHELL = {
    "apply": 'xargs -0 "$1" -i -E -f "$2" < "$3"',
    "dry": f'RECIPE="$2" xargs -0 sh -c \'{_SHOW}\' "$1" < "$3"',
}


def script_for(old: str, new: str) -> str:
    """The recipe for a symbol's redirect."""
    old_module, _, old_name = old.rpartition(".")
    new_module, _, new_name = new.rpartition(".")
    dotted, module = old.replace(".", r"\."), old_module.replace(".", r"\.")
    return (
        rf"/^\s*from {module} import .*\b{old_name}\b/s/from {module} import/from {new_module} import/" + "\n"
        rf"s/\b{dotted}\b/{new}/g" + "\n"
        rf"s/\b{old_name}\b/{new_name}/g" + "\n"
    )
