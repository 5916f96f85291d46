"""git's settings: whatever people have set, the same commit comes out, and what is read of it is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_git
from tests.git.situation import (
    AFTER,
    FILES,
    USER,
    MakeRepo,
    check_migrates,
    check_whole_way,
    commit_all,
    configure,
    in_git,
    is_clean,
    program,
    refuse,
    succeed,
    trailer,
    tree,
    without,
)

if TYPE_CHECKING:
    from pathlib import Path

# Those of one group have nothing to do with one another: which of them fails is seen at once.
SETTINGS = {
    "how it looks": [
        *("color.ui=always", "core.pager=false", "pager.log=true", "pager.diff=true", "pager.status=true"),
        *("core.quotePath=true", "core.abbrev=4", "log.abbrevCommit=true", "format.pretty=oneline"),
        *("log.date=relative", "log.decorate=full", "log.follow=true", "log.mailmap=true", "log.showRoot=false"),
        *("log.excludeDecoration=*", "log.diffMerges=on", "notes.displayRef=refs/notes/*"),
        *("advice.statusHints=false", "advice.detachedHead=true", "advice.addEmptyPathspec=true"),
    ],
    "signatures are shown": ["log.showSignature=true", "core.abbrev=40"],
    "status": [
        *("status.showUntrackedFiles=all", "status.short=true", "status.branch=true", "status.showStash=true"),
        *("status.relativePaths=true", "status.renames=copies", "status.submoduleSummary=true"),
    ],
    "diff": [
        *("diff.external=false", "diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.relative=true"),
        *("diff.renames=copies", "diff.algorithm=histogram", "diff.ignoreSubmodules=all", "diff.submodule=log"),
        *("diff.wsErrorHighlight=all", "diff.colorMoved=zebra", "diff.wordRegex=.", "diff.autoRefreshIndex=false"),
        *("apply.whitespace=error", "core.whitespace=tab-in-indent,cr-at-eol", "merge.conflictStyle=diff3"),
    ],
    "grep": ["grep.patternType=perl", "grep.extendedRegexp=true", "grep.fallbackToNoIndex=true"],
    "a comment character": ["core.commentChar=C"],
    "any comment character": ["core.commentChar=auto"],
    "scissors": ["commit.cleanup=scissors", "commit.verbose=true", "commit.status=false"],
    "messages are stripped": ["commit.cleanup=strip", "commit.template=/nonexistent"],
    "messages are left alone": ["commit.cleanup=verbatim", "core.editor=false", "sequence.editor=false"],
    "trailers": ["trailer.separators==", "trailer.ifexists=replace", "trailer.where=start"],
    "a trailer": ["trailer.unit.key=Codemods-Unit", "trailer.unit.ifexists=replace"],
    "encodings": ["i18n.commitEncoding=ISO-8859-1", "i18n.logOutputEncoding=ISO-8859-1"],
    "file systems": [
        *("core.fileMode=false", "core.symlinks=false", "core.trustctime=false", "core.checkStat=minimal"),
        *("core.precomposeUnicode=true", "core.createObject=rename", "core.sharedRepository=group"),
        *("core.bigFileThreshold=1", "core.compression=0", "core.safecrlf=true"),
        *("core.attributesFile=/nonexistent", "core.excludesFile=/nonexistent", "core.logAllRefUpdates=false"),
    ],
    "a split index": ["core.splitIndex=true", "splitIndex.maxPercentChange=0", "core.preloadIndex=false"],
    "many files": ["feature.manyFiles=true", "feature.experimental=true", "core.untrackedCache=true"],
    "an index of version 4": ["index.version=4", "index.threads=4", "core.multiPackIndex=true", "gc.auto=1"],
    "other commands": [
        *("alias.commit=false", "alias.status=false", "alias.log=false", "rerere.enabled=true"),
        *("push.default=nothing", "branch.autoSetupMerge=always", "branch.autoSetupRebase=always"),
        *("submodule.recurse=true", "fsck.missingEmail=error", "transfer.fsckObjects=true"),
        "extensions.worktreeConfig=true",
    ],
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_whatever_is_set(repo: Path, settings: list[str]) -> None:
    configure(repo, *settings)
    check_whole_way(repo)


@pytest.mark.parametrize("answer", ["printf 'token\\0/\\0'", "exit 1"], ids=["everything", "broken"])
def test_a_file_system_monitor(repo: Path, answer: str) -> None:
    program(repo / ".git/monitor", f"{answer}\n")
    configure(repo, "core.fsmonitor=.git/monitor", "core.fsmonitorHookVersion=2")
    run_git(repo, "update-index", "--fsmonitor")
    check_whole_way(repo)


def test_a_commit_template_is_not_put_into_our_message(repo: Path) -> None:
    (repo / ".git/template").write_text("# Why?\n\nReviewed-by:\n")
    configure(repo, "commit.template=.git/template")
    check_whole_way(repo)
    assert "Reviewed-by" not in run_git(repo, "log", "--format=%B")


def test_a_message_beyond_latin_1_where_commits_are_in_latin_1(make_repo: MakeRepo) -> None:
    path = "app/Ł→é.py"
    root = make_repo({**{key: text for key, text in FILES.items() if key != USER}, path: FILES[USER]})
    configure(root, "i18n.commitEncoding=ISO-8859-1", "i18n.logOutputEncoding=ISO-8859-1")
    check_migrates(root, path=path)
    succeed(root, "rollback", "plan.yaml", "--file", path)
    assert in_git(root, path) == str(FILES[USER]).encode()


def test_lines_of_a_message_that_begin_with_the_comment_character(make_repo: MakeRepo) -> None:
    message = 'commit:\n  message: "fix: {{ file }}\\n\\n# kept\\n; kept\\nCo kept\\n"\n'
    root = make_repo({**FILES, "plan.yaml": f"{FILES['plan.yaml']}{message}"})
    configure(root, "core.commentChar=C", "commit.cleanup=strip")
    check_migrates(root)
    assert "# kept\n; kept\nCo kept\n" in run_git(root, "log", "-1", "--format=%B")
    assert trailer(root, "Codemods-Plan") == "one"


def test_the_author_of_the_environment(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Grace Hopper")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "grace@example.invalid")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-02-03T04:05:06Z")
    check_migrates(repo)
    written = run_git(repo, "log", "-1", "--format=%an %ae %aI %cn")
    assert written == "Grace Hopper grace@example.invalid 2001-02-03T04:05:06+00:00 Ada"


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": "/nonexistent", "GIT_WORK_TREE": "/", "GIT_INDEX_FILE": "/nonexistent/index"},
        {"GIT_OBJECT_DIRECTORY": "/nonexistent", "GIT_NAMESPACE": "other", "GIT_COMMON_DIR": "/nonexistent"},
        {"GIT_LITERAL_PATHSPECS": "1", "GIT_EXTERNAL_DIFF": "false", "GIT_DIFF_OPTS": "-u0"},
        {"GIT_ICASE_PATHSPECS": "1", "GIT_DEFAULT_HASH": "sha256", "GIT_OPTIONAL_LOCKS": "0"},
        {"GIT_EDITOR": "false", "EDITOR": "false", "VISUAL": "false", "GIT_PAGER": "false", "PAGER": "false"},
        {"GIT_TRACE": "1", "GIT_TRACE2": "1", "GIT_TRACE_PERFORMANCE": "1"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "color.ui", "GIT_CONFIG_VALUE_0": "always"},
        {"GIT_CONFIG_PARAMETERS": "'core.quotepath'='true'", "LC_ALL": "C", "LANGUAGE": "de"},
        {"LANG": "de_DE.UTF-8", "LC_ALL": "", "LANGUAGE": "de", "TZ": "Pacific/Kiritimati"},
    ],
    ids=" ".join,
)
def test_whatever_is_in_the_environment(repo: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = without(tree(repo), USER)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    succeed(repo, "apply", "plan.yaml")
    for name in variables:
        monkeypatch.delenv(name, raising=False)
    assert (repo / USER).read_text() == AFTER
    assert in_git(repo, USER) == AFTER.encode()
    assert without(tree(repo), USER) == before
    assert is_clean(repo)


class TestNobody:
    """git does not know who commits."""

    @pytest.fixture(autouse=True)
    def _nobody(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"):
            monkeypatch.delenv(f"GIT_{name}")
        monkeypatch.delenv("EMAIL", raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    @pytest.fixture
    def repo(self, make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> Path:
        for who in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
            monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.invalid")
        root = make_repo(FILES)
        check_migrates(root)
        run_git(root, "switch", "--quiet", "main")
        run_git(root, "branch", "--quiet", "-D", "codemods/one")
        for name in ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"):
            monkeypatch.delenv(f"GIT_{name}")
        configure(root, "user.useConfigOnly=true")
        return root

    def test_apply_refuses_before_the_first_write(self, repo: Path) -> None:
        text = refuse(repo, "apply", "plan.yaml", saying="git does not know who commits")
        assert 'git config user.name "Your Name"' in text
        assert 'git config user.email "you@example.com"' in text

    def test_rollback_refuses_before_the_first_write(self, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as known:
            for who in ("AUTHOR", "COMMITTER"):
                known.setenv(f"GIT_{who}_NAME", "Ada")
                known.setenv(f"GIT_{who}_EMAIL", "ada@example.invalid")
            succeed(repo, "apply", "plan.yaml")
        refuse(repo, "rollback", "plan.yaml", "--all", saying="git does not know who commits")
        succeed(repo, "rollback", "plan.yaml", "--all", "--dry-run")

    def test_a_name_alone_is_not_enough(self, repo: Path) -> None:
        configure(repo, "user.name=Ada")
        refuse(repo, "apply", "plan.yaml", saying='git config user.email "you@example.com"')

    def test_what_only_reads_does_not_ask(self, repo: Path) -> None:
        succeed(repo, "preview", "plan.yaml", "--summary", expect=1)
        succeed(repo, "status", "plan.yaml", expect=1)
        succeed(repo, "guard", "plan.yaml", expect=1)

    def test_the_repository_may_know(self, repo: Path) -> None:
        configure(repo, "user.name=Ada", "user.email=ada@example.invalid")
        check_whole_way(repo)

    def test_nothing_to_commit_needs_nobody(self, repo: Path) -> None:
        configure(repo, "user.name=Ada", "user.email=ada@example.invalid")
        commit_all(repo, {USER: AFTER})
        run_git(repo, "config", "--unset", "user.email")
        succeed(repo, "apply", "plan.yaml")
