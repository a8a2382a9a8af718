"""Runs tests of `suite` with managers that connect to a server which runs already, and reports on a socket.

    cpython_tests_child.py REPORT ADDRESS CLASS.TEST...
"""
import json
import multiprocessing
import multiprocessing.managers
import socket
import sys
import unittest

from servers import KEY


class ConnectedManager(multiprocessing.managers.SyncManager):
    """A manager whose server is not its own: it is neither started nor ended."""

    server_address = None

    def __init__(self, *_, **__):
        super(ConnectedManager, self).__init__(address=self.server_address, authkey=KEY)
        self.connect()

    def start(self):
        pass

    def shutdown(self):
        pass

    def join(self, timeout=None):
        pass


class Report(unittest.TestResult):
    """Sends each result as it is there."""

    def __init__(self, stream):
        super(Report, self).__init__()
        self.stream = stream
        self.subtests = {}

    def send(self, test, result, detail=''):
        name = '%s.%s' % (type(test).__name__, test._testMethodName) if hasattr(test, '_testMethodName') else str(test)
        self.stream.sendall((json.dumps([name, result, detail]) + '\n').encode('ascii'))

    def startTest(self, test):
        self.subtests.pop(test, None)
        self.send(test, 'starts')

    def addSuccess(self, test):
        self.send(test, *self.subtests.get(test, ('ok',)))

    def addFailure(self, test, error):
        self.send(test, 'fail', self.last_line(error))

    def addError(self, test, error):
        self.send(test, 'error', self.last_line(error))

    def addSkip(self, test, reason):
        self.send(test, 'skip', reason)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.subtests[test] = 'fail', self.last_line(error)

    def stopTest(self, test):
        if test in self.subtests:
            self.send(test, *self.subtests[test])

    @staticmethod
    def last_line(error):
        lines = str(error[1]).strip('- \n').splitlines() or ['']
        return '%s: %s' % (error[0].__name__, lines[-1][:200])


def load(names):
    import suite
    if sys.version_info < (3,):
        manager = suite.tests.ManagerMixin.manager
        manager.__init__(address=ConnectedManager.server_address, authkey=KEY)
        manager.connect()
        suite.tests.ManagerMixin.pool = manager.list()  # test_number_of_objects expects one object: the pool, which is not offered
    classes = suite.classes()
    for name in suite.ALSO:
        if name in classes:
            classes[name].manager_class = ConnectedManager
    return unittest.TestSuite([classes[name.split('.')[0]](name.split('.')[1]) for name in names])


def main(report, address, *names):
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(report)
    address = json.loads(address)
    ConnectedManager.server_address = tuple(address) if isinstance(address, list) else str(address)
    multiprocessing.current_process().authkey = KEY
    multiprocessing.Manager = ConnectedManager
    load(names).run(Report(stream))
    stream.sendall(b'end\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
