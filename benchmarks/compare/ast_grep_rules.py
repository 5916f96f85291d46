"""The rules that one writes for ast-grep, with care, to redirect a symbol.

Patterns with `$$$` drop names of a list in parentheses without a word, so a name is taken out of a list by a regular
expression over the statement's text. What this leaves: no scopes (a name is taken for the import's wherever the file
has the import), no relative imports, no star imports, nothing through a re-export, strings only where they are equal
to the dotted name.
"""

from __future__ import annotations

import json

Rule = dict[str, object]


def rules_for(old: str, new: str) -> str:
    """The rules as YAML documents (each is JSON)."""
    old_module, _, name = old.rpartition(".")
    new_module, _, new_name = new.rpartition(".")
    imports: Rule = {
        "kind": "import_from_statement",
        "has": {"field": "module_name", "regex": f"^{_quoted(old_module)}$"},
    }
    gap = r"\s*(#[^\n]*\s*)*"
    alone = rf"^from\s+{_quoted(old_module)}\s+import\s*\(?{gap}{name}(\s+as\s+\w+)?{gap},?{gap}\)?$"
    # By kind: `field: name` looks at the first name alone.
    plain: Rule = {"has": {"kind": "dotted_name", "regex": f"^{name}$"}}
    aliased: Rule = {"has": {"kind": "aliased_import", "regex": rf"^{name}\s+as\s"}}
    statement: Rule = {"pattern": "$STATEMENT"}
    taken = f"from {new_module} import {new_name}"
    rules: list[Rule] = [
        {
            "id": "import-alone",
            "rule": {"all": [imports, plain, {"regex": alone}]},
            "fix": taken,
        },
        {
            "id": "import-alone-as",
            "rule": {"all": [imports, statement, aliased, {"regex": alone}]},
            "transform": {"AS": _replaced("STATEMENT", r"(?s)^.*\bas\s+(\w+).*$", "$1")},
            "fix": f"{taken} as $AS",
        },
        {
            "id": "import-in-list",
            "rule": {"all": [imports, statement, plain, {"not": {"regex": alone}}]},
            "transform": {"REST": _replaced("STATEMENT", rf",\s*\b{name}\b|\b{name}\b\s*,\s*", "")},
            "fix": f"{taken}\n$REST",
        },
        {
            "id": "import-in-list-as",
            "rule": {"all": [imports, statement, aliased, {"not": {"regex": alone}}]},
            "transform": {
                "AS": _replaced("STATEMENT", rf"(?s)^.*\b{name}\s+as\s+(\w+).*$", "$1"),
                "REST": _replaced("STATEMENT", rf",\s*\b{name}\s+as\s+\w+|\b{name}\s+as\s+\w+\s*,\s*", ""),
            },
            "fix": f"{taken} as $AS\n$REST",
        },
        {
            "id": "use",
            "rule": {
                "all": [{"kind": "identifier", "regex": f"^{name}$"}, _in_file({"all": [imports, plain]}), *_NOT_USES]
            },
            "fix": new_name,
        },
        {
            "id": "string",
            "rule": {"kind": "string_content", "regex": f"^{_quoted(old)}$"},
            "fix": new,
        },
        *_chains(old_module, name, taken, new_name),
    ]
    documents = [{**rule, "language": "python", "severity": "info", "message": "moved"} for rule in rules]
    return "\n---\n".join(json.dumps(document, indent=1) for document in documents) + "\n"


# What is spelled like a use, and is none.
_NOT_USES: tuple[Rule, ...] = (
    {"not": {"inside": {"any": [{"kind": "import_from_statement"}, {"kind": "import_statement"}], "stopBy": "end"}}},
    {"not": {"inside": {"kind": "attribute", "field": "attribute"}}},
    {"not": {"inside": {"kind": "keyword_argument", "field": "name"}}},
    {"not": {"inside": {"any": [{"kind": "function_definition"}, {"kind": "class_definition"}], "field": "name"}}},
)


def _chains(module: str, name: str, taken: str, new_name: str) -> list[Rule]:
    """Rules for `module.name` through an import of the module: the use by the bare name, and the new import beside."""
    package, _, last = module.rpartition(".")
    found: list[Rule] = []
    ways = [
        ("dotted", f"import {module}", f"{module}.{name}"),
        ("dotted-as", f"import {module} as $MODULE", f"$MODULE.{name}"),
    ]
    if package:
        from_package: Rule = {
            "kind": "import_from_statement",
            "has": {"field": "module_name", "regex": f"^{_quoted(package)}$"},
        }
        member: Rule = {"all": [from_package, {"has": {"kind": "dotted_name", "regex": f"^{last}$"}}]}
        found += _chain("member", member, {"pattern": f"{last}.{name}"}, taken, new_name)
        ways.append(("member-as", f"from {package} import {last} as $MODULE", f"$MODULE.{name}"))
    for title, statement, use in ways:
        found += _chain(title, {"pattern": statement}, {"pattern": use}, taken, new_name)
    return found


def _chain(title: str, statement: Rule, use: Rule, taken: str, new_name: str) -> list[Rule]:
    return [
        {"id": f"{title}-use", "rule": {"all": [use, _in_file(statement)]}, "fix": new_name},
        {
            "id": f"{title}-import",
            "rule": {"all": [statement, _in_file(use), {"pattern": "$STATEMENT"}]},
            "fix": f"$STATEMENT\n{taken}",
        },
    ]


def _in_file(rule: Rule) -> Rule:
    return {"inside": {"kind": "module", "stopBy": "end", "has": {**rule, "stopBy": "end"}}}


def _replaced(source: str, pattern: str, by: str) -> Rule:
    return {"replace": {"source": f"${source}", "replace": pattern, "by": by}}


def _quoted(dotted: str) -> str:
    return dotted.replace(".", r"\.")
