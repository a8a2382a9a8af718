"""The manager test classes of this interpreter's own `test` package, under a name that processes which the tests start can import."""
import os
import sys
import unittest

if sys.version_info < (3,):
    from test import test_multiprocessing as tests
    from test.test_multiprocessing import testcases_manager as _classes
    globals().update(_classes)
else:
    from test import _test_multiprocessing as tests
    tests.install_tests_in_module_dict(globals(), os.environ.get('CONFORMANCE_METHOD', 'fork'))

ALSO = ('TestSyncManagerTypes', 'TestManagerExceptions')
"""Test cases with a manager that are not built with `ManagerMixin`."""


def classes():
    """The test classes by name."""
    return dict((name, item) for name, item in globals().items()
                if isinstance(item, type) and issubclass(item, unittest.TestCase) and (name.startswith('WithManager') or name in ALSO))
