# ruff: noqa: E501 - sources of several lines, each as one text
"""Rules for statements: runs, comments, indentation, and names that something still needs."""

from __future__ import annotations

import pytest

from codemods.model import Disposition
from tests.checks import check_noop, check_review, check_transformed, rule, with_disposition

SUPPRESS = rule("try:\n    $...B\nexcept $E:\n    pass", "with contextlib.suppress($E):\n    $...B")
IMPORT = "import contextlib\n"
TRUTH = rule("if $C:\n    return True\nelse:\n    return False", "return bool($C)")
COLLECT = rule("$X = []\nfor $I in $S:\n    $X.append($E)", "$X = [$E for $I in $S]")
EQUAL = rule("self.assertEqual($A, $B)", "assert $A == $B")
MAKE = rule(
    "$F = get()\nif $F:\n    $M = $F.create($C)", "$M = create($C)", local=["get"], requires={"names": ["create"]}
)
KNOWN = "get = create = 0\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("try:\n    a()\n    b()\nexcept E:\n    pass\n", "with contextlib.suppress(E):\n    a()\n    b()\n"),
        ("try: a()\nexcept E: pass\n", "with contextlib.suppress(E):\n    a()\n"),
        ("try:\n    a(); b()\nexcept (E, F):\n    pass\n", "with contextlib.suppress((E, F)):\n    a(); b()\n"),
        ("if x:\n  try:\n    a()\n  except E:\n    pass", "if x:\n  with contextlib.suppress(E):\n    a()"),
        ("def f():\n\ttry:\n\t\ta()\n\texcept E:\n\t\tpass\n", "def f():\n\twith contextlib.suppress(E):\n\t\ta()\n"),
        (
            "try:\n    a('''\n  x\n    ''')\nexcept E:\n    pass\n",
            "with contextlib.suppress(E):\n    a('''\n  x\n    ''')\n",
        ),
        (
            "try:\n    try:\n        a()\n    except E:\n        pass\nexcept F:\n    pass\n",
            "with contextlib.suppress(F):\n    with contextlib.suppress(E):\n        a()\n",
        ),
        (
            "try:\n    a()  # one\n    # two\n    b()  # three\n# four\nexcept E:  # five\n    # six\n    pass  # seven\n",
            "# four\n# five\n# six\nwith contextlib.suppress(E):\n    a()  # one\n    # two\n    b()  # three\n# seven\n",
        ),
    ],
)
def test_a_block_becomes_another(before: str, after: str) -> None:
    check_transformed(IMPORT + before, IMPORT + after, rewrite=SUPPRESS)
    crlf = (IMPORT + before).replace("\n", "\r\n").encode()
    check_transformed(crlf, (IMPORT + after).replace("\n", "\r\n").encode(), rewrite=SUPPRESS)


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    a()\nexcept E as e:\n    pass\n",
        "try:\n    a()\nexcept E:\n    pass\nelse:\n    b()\n",
        "try:\n    a()\nexcept E:\n    pass\nfinally:\n    b()\n",
        "try:\n    a()\nexcept E:\n    pass\nexcept F:\n    pass\n",
        "try:\n    a()\nexcept E:\n    b()\n",
    ],
)
def test_another_block_is_left_alone(source: str) -> None:
    check_noop(IMPORT + source, rewrite=SUPPRESS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    if a: return True\n    else: return False\n", "    return bool(a)\n"),
        (
            "    if (a and\n        b):\n        return True\n    else:\n        return False\n",
            "    return bool(a and\n        b)\n",
        ),
        (
            "    if a:  # 1\n        # 2\n        return True  # 3\n    # 4\n    else:\n        # 5\n        return False  # 6\n",
            "    # 1\n    # 2\n    # 3\n    # 4\n    # 5\n    return bool(a)  # 6\n",
        ),
        (
            "    if a:\n        x()\n    elif b:\n        return True\n    else:\n        return False\n    return 3\n",
            "    if a:\n        x()\n    else:\n        return bool(b)\n    return 3\n",
        ),
        (
            "    if a:\n        x()\n    else:\n        if b:\n            return True\n        else:\n            return False\n",
            "    if a:\n        x()\n    else:\n        return bool(b)\n",
        ),
    ],
)
def test_an_if_becomes_a_return(before: str, after: str) -> None:
    check_transformed(f"def f():\n{before}", f"def f():\n{after}", rewrite=TRUTH)
    check_noop(f"def f():\n{before}".replace("False", "None"), rewrite=TRUTH)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    if a:\n        x()\n    elif b:\n        return True\n    else:\n        return False\n",
            "    if a:\n        x()\n",
        ),
        ("    if b:\n        return True\n    else:\n        return False\n", "    pass\n"),
        (
            "    # why\n    if b:\n        # because\n        return True\n    else:\n        return False\n",
            "    # why\n    # because\n    pass\n",
        ),
        (
            "    if b:\n        return True\n    else:\n        return False\n    # end\n    x()\n",
            "    # end\n    x()\n",
        ),
    ],
)
def test_statements_go(before: str, after: str) -> None:
    rewrite = rule("if $C:\n    return True\nelse:\n    return False", "")
    check_transformed(f"def f():\n{before}", f"def f():\n{after}", rewrite=rewrite)
    check_noop(f"def f():\n{after}", rewrite=rewrite)


def test_an_elif_that_keeps_its_shape_stays_one() -> None:
    rewrite = rule(
        "if $C:\n    return True\nelse:\n    return False", "if not $C:\n    return False\nelse:\n    return True"
    )
    before = "def f():\n    if a:\n        x()\n    elif b:  # c\n        return True  # d\n    else:\n        return False\n"
    after = "def f():\n    if a:\n        x()\n    elif not b:  # c\n        return False  # d\n    else:\n        return True\n"
    check_transformed(before, after, rewrite=rewrite)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.assertEqual(a if b else c, d or e)\n", "assert (a if b else c) == (d or e)\n"),
        ("self.assertEqual(\n    a,\n    b,\n)\n", "assert a == b\n"),
        ("self.assertEqual(\n    # one\n    a,  # two\n    b,\n)  # three\n", "# one\n# two\nassert a == b  # three\n"),
        ("self.assertEqual([\n    1,\n], {\n    2: 3\n})\n", "assert [\n    1,\n] == {\n    2: 3\n}\n"),
        ("self.assertEqual(a\n    .b, c)\n", "assert (a\n    .b) == c\n"),
        ("if x: self.assertEqual(a, b)\n", "if x: assert a == b\n"),
        ("self.assertEqual(a, b); self.assertEqual(c, d)\n", "assert a == b; assert c == d\n"),
        ("x = 1; self.assertEqual(a,\n    b)  # c\n", "x = 1; assert a == b  # c\n"),
    ],
)
def test_a_call_becomes_a_statement(before: str, after: str) -> None:
    check_transformed(before, after, rewrite=EQUAL)
    check_noop(before.replace("Equal", "Is"), rewrite=EQUAL)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = self.assertEqual(a, b)\n", "its value is used"),
        ("if x: self.assertEqual(a,  # why\n    b)\n", "it shares its line"),
    ],
)
def test_where_a_statement_cannot_stand_a_person_decides(source: str, reason: str) -> None:
    assert reason in check_review(source, rewrite=EQUAL).reason


def test_a_block_beside_other_statements_is_for_a_person() -> None:
    rewrite = rule("a($X)", "if $X:\n    b()", requires={"names": ["b"]})
    assert "shares its line" in check_review("b = 0\nc(); a(1)\n", rewrite=rewrite).reason
    check_transformed("b = 0\na(1)\n", "b = 0\nif 1:\n    b()\n", rewrite=rewrite)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    a = []\n    for b in c:\n        a.append(b + 1)\n", "    a = [b + 1 for b in c]\n"),
        (
            "    a = []  # 0\n    # 1\n    for b in c:  # 2\n        a.append(b)  # 3\n",
            "    # 1\n    # 2\n    a = [b for b in c]  # 0  # 3\n",
        ),
        ("    a = []\n    for b, d in c, e:\n        a.append((b, d))\n", "    a = [(b, d) for b, d in (c, e)]\n"),
        ("    self.a = []\n    for b in c:\n        self.a.append(b)\n", "    self.a = [b for b in c]\n"),
        (
            "    a = []\n    for b in c:\n        a.append(b)\n    for b in a: b()\n",
            "    a = [b for b in c]\n    for b in a: b()\n",
        ),
        (
            "    a = []\n    for b in c or d:\n        a.append(x for x in b)\n",
            "    a = [(x for x in b) for b in c or d]\n",
        ),
    ],
)
def test_several_statements_become_one(before: str, after: str) -> None:
    check_transformed(f"def f():\n{before}", f"def f():\n{after}", rewrite=COLLECT)
    check_noop(f"def f():\n{before}".replace("append", "add"), rewrite=COLLECT)


@pytest.mark.parametrize("rest", ["return b", "del b", "b += 1", "return lambda: b", "exec('b')", "return locals()"])
def test_a_name_that_gets_a_scope_of_its_own_must_not_be_needed_outside(rest: str) -> None:
    source = f"def f():\n    a = []\n    for b in c:\n        a.append(b)\n    {rest}\n"
    assert check_review(source, rewrite=COLLECT).reason == "`b` is still used in line 5"


MATCH = "{0}fac = get()\n{0}if fac:\n{0}    m = fac.create(c)\n"
DONE = "{0}m = create(c)\n"


@pytest.mark.parametrize(
    "around",
    [
        "def f(c):\n$    return m\n",
        "def f(c):\n$    fac = 1\n    return m, fac\n",
        "def f(c):\n$    fac, x = 1, 2\n    return fac\n",
        "def f(c):\n$    for fac in m: print(fac)\n",
        "def f(c):\n$    with m as fac: print(fac)\n",
        "def f(c):\n$    import fac\n    return fac\n",
        "def f(c):\n$    if c:\n        fac = 1\n        print(fac)\n",
        "def f(c):\n$    return [fac for fac in m]\n",
        "def f(c):\n$    return lambda fac: fac\n",
        "def f(c):\n    print(c)\n$def g(fac):\n    return fac\n",
        "def f(c):\n    fac = 1\n    print(fac)\n$    return m\n",
        "def f(c):\n    def g():\n        return 1\n$    def fac2(): return 2\n",
    ],
)
def test_a_name_that_nothing_needs_goes(around: str) -> None:
    before = KNOWN + around.replace("$", MATCH.format("    "))
    check_transformed(before, KNOWN + around.replace("$", DONE.format("    ")), rewrite=MAKE)


@pytest.mark.parametrize(
    "around",
    [
        "def f(c):\n    for x in c:\n        fac = 1\n        print(fac)\n$",
        "def f(c):\n    if c:\n$    else:\n        fac = 1\n        print(fac)\n",
        "def f(c, fac):\n    if c:\n$    else:\n        print(fac)\n",
        "def f(c):\n    try:\n$    except E as fac:\n        print(fac)\n",
        "def f(c):\n    for x in c:\n$        fac = 1\n    print(fac)\n",
        "def f(c):\n    try:\n$        x()\n        fac = 1\n        if c:\n            print(fac)\n    except E:\n        pass\n",
    ],
)
def test_a_name_that_is_set_again_before_each_use_goes(around: str) -> None:
    before = KNOWN + around.replace("$", MATCH.format("        "))
    check_transformed(before, KNOWN + around.replace("$", DONE.format("        ")), rewrite=MAKE)


@pytest.mark.parametrize(
    ("around", "line"),
    [
        ("def f(c):\n    for x in c:\n        print(fac)\n$", 4),
        ("def f(c):\n    try:\n$    finally:\n        fac.close()\n", 8),
        ("def f(c):\n    try:\n$        x()\n        fac = 1\n    except E:\n        print(fac)\n", 10),
        ("def f(c):\n    for x in c:\n$        if x: break\n        fac = 1\n    print(fac)\n", 9),
        ("def f(c):\n    while c:\n$        if c:\n            fac = 1\n    print(fac)\n", 9),
        ("def f(c):\n    while c:\n        h = lambda: fac\n$        fac = 2\n        print(h())\n", 4),
        ("def f(c):\n    while c:\n        print(fac)\n        if c:\n            fac = 2\n$", 4),
        ("def f(c):\n    if c:\n$    print(f'{fac}')\n", 7),
        ("def f(c):\n    if c:\n$    x: 'fac' = 1\n", 7),
    ],
)
def test_a_name_that_may_be_needed_sends_the_match_to_review(around: str, line: int) -> None:
    source = KNOWN + around.replace("$", MATCH.format("        "))
    assert check_review(source, rewrite=MAKE).reason == f"`fac` is still used in line {line}"


def test_an_attribute_that_is_set_is_needed() -> None:
    source = "self.fac = get()\nif self.fac:\n    m = self.fac.create(c)\n"
    assert "`self.fac` is set here" in check_review(KNOWN + source, rewrite=MAKE).reason


def test_a_name_of_the_module_that_another_file_takes_is_needed() -> None:
    rewrite = rule("$X = a.b.f()\nk($X)", "k(c.d.g())")
    before = "from a.b import f\ndef k(x): pass\nx = f()\nk(x)\n"
    reason = check_review(before, rewrite=rewrite, others={"v.py": "from u import x as k\n"}).reason
    assert reason == "v.py reaches `x` through this module"
    after = "from c.d import g\n\n\ndef k(x): pass\nk(g())\n"
    check_transformed(before, after, rewrite=rewrite, others={"v.py": "from u import k\n"})


CLOSE = rule("$F = open($N)\n...\n$F.close()", "with open($N) as $F:\n    ...")


def test_a_run_of_statements_may_stand_between() -> None:
    before = "def f():\n    a = open(b)\n    # read\n    c = a.read()  # all\n    d(c)\n    a.close()\n    return c\n"
    after = "def f():\n    # read\n    with open(b) as a:\n        c = a.read()  # all\n        d(c)\n    return c\n"
    check_transformed(before, after, rewrite=CLOSE)
    check_noop(before.replace("a.close", "b.close"), rewrite=CLOSE)


def test_unrelated_statements_may_stand_only_where_the_rule_says_so() -> None:
    rewrite = rule("$X = f()\ng($X)", "h()", requires={"names": ["h"]})
    check_transformed("h = 0\nx = f()\ng(x)\n", "h = 0\nh()\n", rewrite=rewrite)
    check_noop("h = 0\nx = f()\ny = 1\ng(x)\n", rewrite=rewrite)


def test_what_a_run_stands_for_is_not_touched() -> None:
    rewrite = rule("$X = f()\n...\ng($X)", "$X = h()\n...\nk($X)", requires={"names": ["h", "k"]})
    before = "h = k = 0\nx  =  f()  # 1\n\ny = '''\n  '''\n# 2\ng( x )\n"
    check_transformed(before, "h = k = 0\nx  =  h()  # 1\n\ny = '''\n  '''\n# 2\nk( x )\n", rewrite=rewrite)


def test_new_statements_take_the_indentation_and_quotes_of_the_file() -> None:
    rewrite = rule(
        "a($X)", 'if $X:\n    b("x")\nelse:\n    for y in $X:\n        b("it\'s")', requires={"names": ["b"]}
    )
    before = "b = 'q'\ndef f():\n  a(1)\n"
    after = "b = 'q'\ndef f():\n  if 1:\n    b('x')\n  else:\n    for y in 1:\n      b(\"it's\")\n"
    check_transformed(before, after, rewrite=rewrite)
    check_noop(after, rewrite=rewrite)


def test_a_statement_that_takes_a_part_of_another_keeps_the_part() -> None:
    rewrite = rule("f($X)", "tmp = $X\ng(tmp)", requires={"names": ["g"]})
    check_transformed("g = 0\nf(1)\n", "g = 0\ntmp = 1\ng(tmp)\n", rewrite=rewrite)
    check_noop("g = 0\ng(1)\n", rewrite=rewrite)


@pytest.mark.parametrize(
    ("function", "line"),
    [
        ("def i(tmp):\n    f(2)\n", 2),
        ("def j():\n    f(4)\n    return tmp\n", 4),
        ("def k():\n    tmp = 1\n    f(tmp)\n", 3),
    ],
)
def test_a_name_that_the_replacement_makes_up_must_be_free(function: str, line: int) -> None:
    rewrite = rule("f($X)", "tmp = $X\ng(tmp)", requires={"names": ["g"]})
    reason = check_review(f"g = 0\n{function}", rewrite=rewrite).reason
    assert reason == f"the replacement sets `tmp`, which is used in line {line} already"


def test_matches_of_statements_do_not_overlap() -> None:
    rewrite = rule("f($X)\nf($Y)", "g($X, $Y)", requires={"names": ["g"]})
    check_transformed("g = 0\nf(1)\nf(2)\nf(3)\nf(4)\nf(5)\n", "g = 0\ng(1, 2)\ng(3, 4)\nf(5)\n", rewrite=rewrite)


def test_a_match_in_what_another_keeps_is_made_too() -> None:
    both = SUPPRESS + rule("f($X)", "$X").replace('"r"', '"second"')
    before = "try:\n    f(a)\nexcept f(E):\n    pass\n"
    findings = check_transformed(IMPORT + before, IMPORT + "with contextlib.suppress(E):\n    a\n", rewrite=both)
    assert len(with_disposition(findings, Disposition.REWRITTEN)) == 3


@pytest.mark.parametrize(
    ("match", "replace", "before", "after"),
    [
        ("for $I in range(len($X)):\n    $...B", "for $I, _ in enumerate($X):\n    $...B", "for i in range(len(x)):\n    # c\n    a(i)\n", "for i, _ in enumerate(x):\n    # c\n    a(i)\n"),
        ("with a($X) as $Y:\n    ...", "with b($X) as $Y:\n    ...", "b = 0\nwith a(1) as y:\n    z(\n  1)\n", "b = 0\nwith b(1) as y:\n    z(\n  1)\n"),
        ("async with a() as $Y:\n    $...B", "$Y = await b()\n$...B", "b = 0\nasync def f():\n    async with a() as y:\n        z()\n        # c\n        w()\n", "b = 0\nasync def f():\n    y = await b()\n    z()\n    # c\n    w()\n"),
        ("async for $I in a($X):\n    $...B", "for $I in b($X):\n    $...B", "b = 0\nasync def f():\n    async for i in a(1):\n        z()\n", "b = 0\nasync def f():\n    for i in b(1):\n        z()\n"),
        ("if $A:\n    if $B:\n        $...C", "if $A and $B:\n    $...C", "if a or b:\n    if c:\n        d()  # 1\n", "if (a or b) and c:\n    d()  # 1\n"),
        ("@a\ndef $F($...P):\n    $...B", "def $F($...P):\n    $...B", "@a\ndef f(x, *y, z=1):\n    '''D.'''\n", "def f(x, *y, z=1):\n    '''D.'''\n"),
        ("while True:\n    $...B", "for _ in iter(int, 1):\n    $...B", "while True:\n    a()\n    b()\n", "for _ in iter(int, 1):\n    a()\n    b()\n"),
        ("$X = $Y\nreturn $X", "return $Y", "def f():\n    x = g(1,  # c\n      2)  # d\n    # e\n    return x  # f\n", "def f():\n    # d\n    # e\n    return g(1,  # c\n      2)  # f\n"),
        ("def $F(self, $...P):\n    $...B", "def $F(cls, $...P):\n    $...B", "def f(self, y: int = (1), *z, k=(2)):\n    pass\n", "def f(cls, y: int = (1), *z, k=(2)):\n    pass\n"),
        ("del $X", "", "def f():\n    del a\n", "def f():\n    pass\n"),
        ("global $X", "", "def f():\n    '''D.'''\n    global a\n", "def f():\n    '''D.'''\n"),
        ("raise $E", "raise $E from None", "try:\n    a()\nexcept E:\n    raise F()\n", "try:\n    a()\nexcept E:\n    raise F() from None\n"),
        ("$X += 1", "$X = $X + 1", "a.b += 1\n", "a.b = a.b + 1\n"),
        ("$X: $T = $V", "$X = $V", "a: int = 1\nb: int\n", "a = 1\nb: int\n"),
    ],
)  # fmt: skip
def test_each_kind_of_statement_is_rewritten(match: str, replace: str, before: str, after: str) -> None:
    rewrite = rule(match, replace, requires={"names": ["b"]} if before.startswith("b = 0") else {})
    check_transformed(before, after, rewrite=rewrite)


def test_a_long_block_is_searched_in_time() -> None:
    match = "$X = f($Y)\n...\n$Z = f($W)\n...\n$X.close()"
    rewrite = rule(match, match.replace("close", "shut"))
    lines = [f"x{number} = f({number})\n" for number in range(400)]
    findings = check_noop("".join(lines) + "y.close()\n", rewrite=rewrite)
    assert {finding.disposition for finding in findings} <= {Disposition.REVIEW}
    check_transformed("".join(lines) + "x0.close()\n", "".join(lines) + "x0.shut()\n", rewrite=rewrite)


@pytest.mark.parametrize(
    ("match", "replace", "before", "after"),
    [
        (
            "try: $...B\nexcept $E: pass",
            "with c($E): $...B",
            "try:\n    a()\n    b()\nexcept E: pass\n",
            "with c(E):\n    a()\n    b()\n",
        ),
        (
            "@p\ndef $F(self):\n    $...B",
            "def $F(self):\n    $...B",
            "@p  # c\ndef f(self):\n    pass\n",
            "# c\ndef f(self):\n    pass\n",
        ),
        (
            "def $F(self):\n    $...B",
            "def $F(cls):\n    $...B",
            "@x\n@y\ndef f(self):\n    pass\n",
            "@x\n@y\ndef f(cls):\n    pass\n",
        ),
        ("class A:\n    $...B", "class B:\n    $...B", "@x\nclass A:\n    y = 1\n", "@x\nclass B:\n    y = 1\n"),
    ],
)
def test_definitions_and_blocks_on_one_line_are_written(match: str, replace: str, before: str, after: str) -> None:
    rewrite = rule(match, replace, local=["c"], requires={"names": ["c"]})
    check_transformed(f"c = 0\n{before}", f"c = 0\n{after}", rewrite=rewrite)
    check_noop(f"c = 0\n{after}", rewrite=rewrite)


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("@x\n@p\ndef f(self): pass\n", "decorators"),
        ("@p\ndef f(self) -> int: pass\n", "annotations"),
        ("@p\ndef f(self: int): pass\n", "annotations"),
    ],
)
def test_what_the_pattern_leaves_open_does_not_get_lost(source: str, part: str) -> None:
    rewrite = rule("@p\ndef $F(self):\n    $...B", "def $F(self):\n    $...B")
    assert check_review(source, rewrite=rewrite).reason == f"the rule says nothing of its {part}, which would be lost"
    check_transformed("@p\ndef f(self):\n    pass\n", "def f(self):\n    pass\n", rewrite=rewrite)
