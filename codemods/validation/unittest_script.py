"""What runs unittest in the project's own Python, tells test by test, and leaves out what is not asked for."""

from __future__ import annotations

SCRIPT = r"""
import json, os, sys, unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ["CODEMODS_ROOT"]
ROOTS = [os.path.join(root, "") for root in (ROOT, os.path.realpath(ROOT))]
PROCESS = os.getpid()
if sys.path and os.path.abspath(sys.path[0]) == FOLDER:
    sys.path[0] = os.getcwd()  # as `python -m unittest` has it
with open(os.path.join(FOLDER, "selection"), encoding="utf-8") as file:
    FILES, TESTS, AT, WITHOUT = json.load(file)
told = {}
RANK = {"passed": 0, "skipped": 1, "failed": 2, "error": 3}

def write(*values):
    if os.getpid() == PROCESS:
        with open(os.path.join(FOLDER, "report"), "a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")

def is_unloaded(test):
    return type(test).__name__ in ("_FailedTest", "ModuleImportFailure", "LoadTestsFailure")

def id_of(test):
    test = getattr(test, "test_case", test)  # of a subtest
    return getattr(test, "_testMethodName", test.id()) + " (load)" if is_unloaded(test) else test.id()

def file_of(test):
    if is_unloaded(test):
        name = test._testMethodName.replace(".", os.sep)
        paths = [os.path.join(place or os.getcwd(), name) for place in sys.path]
        paths = [path + end for path in paths for end in (".py", os.sep + "__init__.py")]
        path = next((path for path in paths if os.path.isfile(path)), "")
    else:
        module = sys.modules.get(type(test).__module__)
        path = getattr(getattr(test, "_dt_test", module), "filename", None) or getattr(module, "__file__", "") or ""
        if isinstance(test, unittest.FunctionTestCase):
            path = test._testFunc.__code__.co_filename
    path = os.path.abspath(path) if path else ""
    for root in ROOTS:
        if path.startswith(root):
            return path[len(root):].replace(os.sep, "/")
    return ""  # of the project's nothing: such as a class of a library

def is_wanted(test):
    name, path = id_of(test), file_of(test)
    if name in WITHOUT:
        return False
    if FILES is None or name in TESTS:
        return True
    if is_unloaded(test):
        return not path or path in AT or path in FILES
    return path in FILES or not (path or TESTS)

def tell(test, outcome):
    name = id_of(test)
    if RANK[outcome] > RANK.get(told.get(name), -1):
        told[name] = outcome
        write("outcome", name, outcome)

class Result(unittest.TextTestResult):
    def group(self, holder):
        # `setUpClass (module.Class)` and the like: what befalls it befalls the tests of the class or module.
        what, _, name = holder.id().partition(" (")
        name = name.rstrip(")")
        for test in self.planned:
            whole = unittest.util.strclass(type(test)) if what.endswith("Class") else type(test).__module__
            if whole == name:
                yield test

    def worst(self, test, outcome):
        if not hasattr(test, "_testMethodName") and not isinstance(test, unittest.TestCase) and " (" in test.id():
            for one in self.group(test):
                tell(one, outcome)
        else:
            tell(test, outcome)

    def startTest(self, test):
        write("start", id_of(test), "")
        super().startTest(test)

    def addSuccess(self, test):
        tell(test, "passed")
        super().addSuccess(test)

    def addError(self, test, error):
        self.worst(test, "error")
        super().addError(test, error)

    def addFailure(self, test, error):
        self.worst(test, "failed")
        super().addFailure(test, error)

    def addSkip(self, test, reason):
        self.worst(test, "skipped")
        super().addSkip(test, reason)

    def addExpectedFailure(self, test, error):
        tell(test, "skipped")
        super().addExpectedFailure(test, error)

    def addUnexpectedSuccess(self, test):
        tell(test, "failed")
        super().addUnexpectedSuccess(test)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            tell(test, "failed" if issubclass(error[0], test.failureException) else "error")
        super().addSubTest(test, subtest, error)

def leaves(suite):
    for test in suite:
        if isinstance(test, unittest.BaseTestSuite):
            for one in leaves(test):
                yield one
        else:
            yield test

def choose(suite):
    # In place, since a project's own kind of suite may do more than to hold tests.
    kept = []
    for test in suite:
        if isinstance(test, unittest.BaseTestSuite):
            choose(test)
            kept.append(test)
        elif is_wanted(test):
            kept.append(test)
    suite._tests = kept

class Runner(unittest.TextTestRunner):
    resultclass = Result

    def __init__(self, **options):
        options["failfast"] = False  # else a first failure would make all tests after it vanish
        super().__init__(**options)

    def _makeResult(self):
        result = super()._makeResult()
        result.planned = self.planned
        return result

    def run(self, suite):
        suite = suite if isinstance(suite, unittest.BaseTestSuite) else unittest.TestSuite([suite])
        for test in leaves(suite):
            write("place", id_of(test), file_of(test))
        choose(suite)
        self.planned = list(leaves(suite))
        return super().run(suite)

if __name__ == "__main__":
    program = unittest.main(module=None, argv=["python -m unittest", *sys.argv[1:]], testRunner=Runner, exit=False)
    write("end", "", "")
    sys.exit(not program.result.wasSuccessful())
"""
