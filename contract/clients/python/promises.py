"""Run the tests in a folder, this one if none is named; print one line a promise."""

import os
import pathlib
import sys
import unittest
import warnings


class Promises(unittest.TextTestResult):
    """A line for each test: its promise, and whether it is kept."""

    def say(self, verdict, test):
        promise = test.shortDescription() or test.id()
        self.stream.writeln(f"{verdict:4} {os.environ['EMULATOR_LABEL']}: {promise}")
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
    folder = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    tests = unittest.defaultTestLoader.discover(str(folder))
    runner = unittest.TextTestRunner(
        stream=sys.stdout, resultclass=Promises, verbosity=0, warnings="ignore"
    )
    warnings.simplefilter("ignore", ResourceWarning)
    sys.exit(not runner.run(tests).wasSuccessful())


main()
