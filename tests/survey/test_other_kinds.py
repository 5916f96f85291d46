"""Near duplicates, names that compete for one concept, modules that only forward, import paths to one object."""

from __future__ import annotations

from codemods.survey.findings import Finding, Kind
from tests.survey.surveys import body, found, importers

LINES = ("one = value + 1", "two = one * 2", "print(one, two)", "other = call(two)", "log(other)", "return other")


def near(files: dict[str, str]) -> tuple[Finding, ...]:
    return found(files, Kind.NEAR)


def test_similar_bodies_under_other_names_are_near_duplicates() -> None:
    changed = (*LINES[:-1], "return other + 1")
    (finding,) = near({"m.py": body(*LINES), "n.py": body(*changed, name="build"), "u.py": "from m import make\n"})
    assert [place.dotted for place in finding.places] == ["m.make", "n.build"]
    assert finding.places[1].alike == 10 / 12


def test_other_bodies_short_ones_and_those_of_one_module_are_not() -> None:
    other = [line.replace("o", "q") for line in LINES]
    assert near({"m.py": body(*LINES), "n.py": body(*other, name="build"), "u.py": "from m import make\n"}) == ()
    assert near({"m.py": body(*LINES[:3]), "n.py": body(*LINES[:3], name="build")}) == ()
    assert near({"m.py": body(*LINES) + body(*LINES, name="build")}) == ()


def test_classes_with_the_same_methods_are_near_duplicates_unless_one_extends_the_other() -> None:
    methods = "".join(
        f"    def {name}(self):\n        return {{}} + {name}\n" for name in ("load", "save", "drop", "find")
    )
    first = f"class Store:\n{methods.format(*'1234')}"
    second = f"class Depot:\n{methods.format(*'5678')}"
    (finding,) = near({"m.py": first, "n.py": second, "u.py": "from m import Store\n"})
    assert (finding.places[1].members_alike, finding.places[1].alike) == (1.0, 0.5)
    derived = f"from m import Store\n{second.replace('Depot', 'Depot(Store)')}"
    assert near({"m.py": first, "n.py": derived, "u.py": "from m import Store\n"}) == ()


def concepts(*names: str) -> list[tuple[str, list[str]]]:
    files = {f"m{number}.py": f"class {name}:\n    x = {number}\n" for number, name in enumerate(names)}
    users = {f"u{number}.py": f"from m{number} import {name}\n" for number, name in enumerate(names)}
    findings = found({**files, **users}, Kind.CONCEPT)
    return [(finding.name, sorted(place.name for place in finding.places)) for finding in findings]


def test_names_that_differ_by_a_qualifier_or_by_more_words_compete() -> None:
    assert concepts("UnifiedToolDispatcher", "ToolDispatcher") == [
        ("tool … dispatcher", ["ToolDispatcher", "UnifiedToolDispatcher"])
    ]
    assert concepts("ExecutionFactory", "ExecutionEngineFactory") == [
        ("execution … factory", ["ExecutionEngineFactory", "ExecutionFactory"])
    ]


def test_factories_of_one_thing_compete_whatever_they_make() -> None:
    assert concepts("SocketBridgeFactory", "SocketEmitterFactory") == [
        ("socket … factory", ["SocketBridgeFactory", "SocketEmitterFactory"])
    ]
    assert concepts("SocketBridgeManager", "SocketEmitterManager") == []


def test_other_things_and_other_roles_do_not_compete() -> None:
    assert concepts("ToolFactory", "AgentFactory", "ToolRegistry", "Factory", "Tools", "OtherTools") == []


def test_a_word_that_modules_write_as_one_is_one() -> None:
    files = {"websocket.py": "class WebSocketManager:\n    x = 1\n", "n.py": "class WebPageManager:\n    x = 2\n"}
    users = {"u.py": "from websocket import WebSocketManager\nfrom n import WebPageManager\n"}
    assert found({**files, **users}, Kind.CONCEPT) == ()


def forwarders(files: dict[str, str]) -> tuple[Finding, ...]:
    return found({"new.py": "def f(): ...\nclass C: ...\n", "other.py": "def g(): ...\n", **files}, Kind.FORWARDER)


def test_a_module_that_only_imports_from_another_forwards_to_it() -> None:
    text = '"""Moved."""\nimport warnings\nfrom new import C, f as f\nwarnings.warn("x", DeprecationWarning)\n'
    (finding,) = forwarders({"old.py": text, "u.py": "from old import f\n", "v.py": "from new import f\n"})
    assert [place.dotted for place in finding.places] == ["new", "old"]
    assert (finding.is_decided, finding.places[1].users) == (True, 1)
    assert finding.places[1].notes == ("says it is deprecated",)


def test_a_star_import_forwards_too() -> None:
    (finding,) = forwarders({"old.py": "from new import *\n", "u.py": "from old import f\n"})
    assert finding.name == "old"


def test_a_person_decides_about_several_targets_and_about_a_path_that_most_files_use() -> None:
    (finding,) = forwarders({"old.py": "from new import f\nfrom other import g\n", "u.py": "from old import f\n"})
    assert not finding.is_decided
    (finding,) = forwarders({"old.py": "from new import f\n", **importers("from old import f", 4)})
    assert not finding.is_decided


def test_modules_that_do_more_and_those_that_nobody_imports_are_none() -> None:
    user = {"u.py": "import old\nimport tests.old\n"}
    assert forwarders({"old.py": "from new import f\ndef g(): ...\n", **user}) == ()
    assert forwarders({"old.py": "from new import f\nf()\n", **user}) == ()
    assert forwarders({"old.py": "from new import f\nimport requests\n", **user}) == ()
    assert forwarders({"old.py": "import new\n", **user}) == ()
    assert forwarders({"tests/old.py": "from new import f\n", **user}) == ()
    assert forwarders({"old.py": "from new import f\n"}) == ()


def test_a_package_that_gathers_its_own_modules_is_none() -> None:
    package = {"p/__init__.py": "from p.m import h\nfrom .n import k\n", "p/m.py": "h = 1\n", "p/n.py": "k = 2\n"}
    assert forwarders({**package, "u.py": "from p import h\n"}) == ()


def paths(files: dict[str, str]) -> tuple[Finding, ...]:
    return found({"p/__init__.py": "", "p/m.py": "class C: ...\nclass D: ...\n", **files}, Kind.PATHS)


def test_an_object_that_files_import_by_two_paths_is_found() -> None:
    files = {
        "other.py": "x = 1\nfrom p.m import C\n",
        "u.py": "from other import C\n",
        **importers("from p.m import C", 2),
    }
    (finding,) = paths(files)
    assert [(place.dotted, place.line, place.users) for place in finding.places] == [("p.m.C", 1, 3), ("other.C", 2, 1)]
    assert finding.places[1].notes == ("only imported there",)
    assert finding.is_decided


def test_a_person_decides_where_the_other_path_is_used_far_more() -> None:
    (finding,) = paths({"other.py": "from p.m import C\n", **importers("from other import C", 3)})
    assert (finding.is_decided, finding.reason) == (False, "where it is defined: 1 file(s), but 3 use other.C")


def test_a_path_under_the_name_of_another_class_is_told() -> None:
    files = {"other.py": "from p.m import C as D\n", "u.py": "from other import D\n"}
    (finding,) = paths(files)
    assert finding.places[1].notes == ("only imported there, under the name of something else",)


def test_a_package_that_offers_what_its_modules_define_weighs_little() -> None:
    files = {"p/__init__.py": "from p.m import C\n", "q.py": "from p.m import D\n", "v.py": "from q import D\n"}
    first, second = paths({**files, **importers("from p import C", 3)})
    assert (first.name, second.name) == ("D", "C")
    assert second.weight < first.weight


def test_one_path_is_no_finding() -> None:
    assert paths(importers("from p.m import C", 3)) == ()


def test_what_the_same_modules_share_is_one_finding() -> None:
    files = {"other.py": "from p.m import C, D\n", "u.py": "from other import C, D\n"}
    (finding,) = paths(files)
    assert set(finding.names) == {"C", "D"}
