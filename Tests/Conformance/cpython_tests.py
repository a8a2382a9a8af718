"""Runs CPython's own tests of managers against a server that is started beside them, instead of one that they start.

    python3 cpython_tests.py --manager .build/debug/manager            CPython's server first, then ours, and what differs
    python3 cpython_tests.py                                           CPython's server alone
    python3 cpython_tests.py --manager ... --method spawn --test WithManagerTestQueue.test_get

The tests are those of the `test` package of the interpreter that runs this. Each class has a fresh server and a process of its own;
a test that does not end is killed and told as `hang`. Status 1: a test passes on CPython's server and not on ours.
"""
from __future__ import print_function

import argparse
import fnmatch
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import servers

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 90
"""Seconds that a test may take."""


def exclusions():
    """The tests that are not run, as pairs of pattern and reason."""
    with open(os.path.join(HERE, 'exclusions.txt')) as lines:
        return [tuple(part.strip() for part in line.split(':', 1)) for line in lines if not line.startswith('#')]


def exclusion(test):
    return next((reason for pattern, reason in exclusions() if fnmatch.fnmatchcase(test, pattern)), None)


class Group(object):
    """Tests that run one after the other with one server, in a process of their own."""

    def __init__(self, tests, start_server, method, folder):
        self.tests, self.start_server, self.method, self.folder = tests, start_server, method, folder

    def run(self, report):
        """Runs the tests; one that hangs ends the process, and the rest run in another."""
        remaining = list(self.tests)
        while remaining:
            for test, result, detail in self._run(remaining):
                if test in remaining:
                    remaining.remove(test)
                report(test, result, detail)

    def _run(self, tests):
        server = self.start_server()
        listener = socket.socket(socket.AF_UNIX)
        path = tempfile.mktemp(dir=self.folder)
        listener.bind(path)
        listener.listen(1)
        environment = dict(os.environ, CONFORMANCE_METHOD=self.method, PYTHONPATH=HERE, PYTHONWARNINGS='ignore')
        process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, 'cpython_tests_child.py'), path, json.dumps(server.address)] + tests, cwd=self.folder,
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=os.setsid)
        output = []
        reader = threading.Thread(target=lambda: output.append(process.stdout.read()))
        reader.start()
        try:
            for event in self._events(listener, process, tests):
                yield event
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except OSError:
                pass
            process.wait()
            listener.close()
            server.stop()
            reader.join(5)
            if os.environ.get('CONFORMANCE_OUTPUT'):
                sys.stderr.write(b''.join(output).decode('utf-8', 'replace'))

    def _events(self, listener, process, tests):
        """Each test's name, result and detail as they come; what the process did not get to when it died is an error."""
        done, current = set(), None
        connection = self._accept(listener, process)
        lines = connection.makefile('r') if connection else None
        while lines:
            if not select.select([connection], [], [], LIMIT)[0]:
                hung = current or next(test for test in tests if test not in done)
                yield hung, 'hang', 'no end after %d s' % LIMIT
                return
            line = lines.readline()
            if not line or line == 'end\n':
                break
            test, result, detail = json.loads(line)
            if result == 'starts':
                current = test
            else:
                current = None
                done.add(test)
                yield test, result, detail
        for test in tests:
            if test not in done:
                yield test, 'error', 'its process ended before it' if current != test else 'its process died in it'

    @staticmethod
    def _accept(listener, process):
        if not select.select([listener], [], [], LIMIT)[0]:
            return None
        return listener.accept()[0]


class Run(object):
    """All the tests against one kind of server."""

    def __init__(self, name, start_server, method, folder, quiet=False):
        self.name, self.start_server, self.method, self.folder, self.quiet = name, start_server, method, folder, quiet
        self.results, self.lock = {}, threading.Lock()

    def run(self, tests, jobs):
        groups = self._groups(tests)
        threads = [threading.Thread(target=self._work, args=(groups,)) for _ in range(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.results

    def _groups(self, tests):
        """One for each class. 2.7's tests share a server, since one of them counts what the others left."""
        by_class = {}
        for test in tests:
            by_class.setdefault(test.split('.')[0] if sys.version_info >= (3,) else '', []).append(test)
        return [Group(by_class[name], self.start_server, self.method, self.folder) for name in sorted(by_class, reverse=True)]

    def _work(self, groups):
        while True:
            with self.lock:
                if not groups:
                    return
                group = groups.pop()
            group.run(self._report)

    def _report(self, test, result, detail):
        with self.lock:
            self.results[test] = result, detail
            print('%-8s %-6s %-5s %s%s' % (self.name, self.method, result, test, '   (%s)' % detail if detail else ''))
            sys.stdout.flush()


def list_tests(method):
    program = ('import suite, unittest\n'
               'for name in sorted(suite.classes()):\n'
               '    for test in unittest.defaultTestLoader.getTestCaseNames(suite.classes()[name]): print("%s.%s" % (name, test))\n')
    environment = dict(os.environ, CONFORMANCE_METHOD=method, PYTHONPATH=HERE, PYTHONWARNINGS='ignore')
    return subprocess.check_output([sys.executable, '-c', program], env=environment, universal_newlines=True).split()


def methods():
    return ['fork', 'spawn'] if sys.version_info >= (3,) else ['fork']


def run(options, folder):
    """Runs everything that was asked for. What passes on CPython's server and not on ours."""
    record, worse = {'python': sys.version.split()[0], 'runs': []}, []
    for method in options.method or methods():
        tests = [test for test in list_tests(method) if not options.test or any(fnmatch.fnmatchcase(test, pattern) for pattern in options.test)]
        chosen = [test for test in tests if not exclusion(test)]
        sides = [('cpython', lambda: servers.reference_server(folder))]
        if options.manager:
            sides.append(('ours', lambda: servers.manager_server(options.manager, folder, options.python)))
        results = [Run(name, start, method, folder).run(chosen, options.jobs) for name, start in sides]
        for test in chosen:
            outcomes = [result[test][0] for result in results]
            record['runs'].append([method, test] + [result[test] for result in results])
            if len(outcomes) > 1 and outcomes[0] in ('ok', 'skip') and outcomes[1] != outcomes[0]:
                worse.append('%s %s: %s' % (method, test, ' '.join(results[1][test])))
        for (name, _), result in zip(sides, results):
            counts = dict((kind, sum(1 for outcome, _ in result.values() if outcome == kind)) for kind in ('ok', 'fail', 'error', 'skip', 'hang'))
            print('Python %s, %s, %s: %s, %d excluded' % (
                record['python'], method, name, ', '.join('%d %s' % (counts[kind], kind) for kind in sorted(counts)), len(tests) - len(chosen)))
    if options.json:
        with open(options.json, 'w') as file:
            json.dump(record, file, indent=1)
    return worse


def main():
    options = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    options.add_argument('--manager', help='the executable `manager`, whose server is tested beside CPython\'s')
    options.add_argument('--python', help='the Python whose texts `manager serve` is to use')
    options.add_argument('--method', action='append', choices=['fork', 'spawn', 'forkserver'], help='how the tests start processes; fork and spawn without it')
    options.add_argument('--test', action='append', help='CLASS.TEST; may have wildcards, may be given several times')
    options.add_argument('--jobs', type=int, default=4, help='how many classes are tested at once')
    options.add_argument('--json', help='a file for the results')
    options = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    folder = tempfile.mkdtemp()
    try:
        worse = run(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print('\n'.join(['passes on CPython\'s server and not on ours:'] + worse) if worse else 'nothing passes on CPython\'s server that does not pass on ours'
          if options.manager else '')
    sys.exit(1 if worse else 0)


if __name__ == '__main__':
    main()
