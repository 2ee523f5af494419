"""Run the tests beside this file; print one line a promise."""

import pathlib
import sys
import unittest
import warnings


class Promises(unittest.TextTestResult):
    """A line for each test: its promise, and whether it is kept."""

    def say(self, verdict, test):
        promise = test.shortDescription() or test.id()
        self.stream.writeln(f"{verdict:4} {sys.argv[1]}: {promise}")
        self.stream.flush()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.say("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.say("FAIL", test)

    def addError(self, test, err):
        super().addError(test, err)
        self.say("FAIL", test)


def main():
    folder = pathlib.Path(sys.argv[2])
    tests = unittest.defaultTestLoader.discover(str(folder))
    runner = unittest.TextTestRunner(
        stream=sys.stdout, resultclass=Promises, verbosity=0, warnings="ignore"
    )
    warnings.simplefilter("ignore", ResourceWarning)
    sys.exit(not runner.run(tests).wasSuccessful())


main()
