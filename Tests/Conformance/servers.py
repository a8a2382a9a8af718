"""The two servers that are compared: CPython's own, under the interpreter that runs this, and a given one.

Each is started as a process of its own that prints `listening on ADDRESS`. Run as a program, this file is CPython's server.
"""
from __future__ import print_function

import os
import signal
import subprocess
import sys

KEY = b'conformance'


class Server(object):
    """A server's process and the address at which clients find it."""

    def __init__(self, command, environment=None):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, env=environment, universal_newlines=True, preexec_fn=os.setsid)
        line = self.process.stdout.readline()
        if not line.startswith('listening on '):
            raise RuntimeError('no server: %r said %r' % (command, line))
        self.address = parse_address(line[len('listening on '):].strip())

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except OSError:
            pass
        self.process.wait()
        self.process.stdout.close()
        if isinstance(self.address, str) and os.path.exists(self.address):
            os.unlink(self.address)


def parse_address(text):
    """`HOST:PORT` or `unix:PATH` as `multiprocessing.connection` wants it."""
    if text.startswith('unix:'):
        return text[len('unix:'):]
    host, port = text.rsplit(':', 1)
    return host, int(port)


def reference_server(folder):
    """CPython's server, on a socket in `folder`."""
    return Server([sys.executable, os.path.abspath(__file__), _socket(folder, 'cpython')])


def manager_server(executable, folder, python=None):
    """The server of `manager serve`, on a socket in `folder`.

    python: the version whose texts it is to use for all clients; None lets it tell from each client's requests.
    """
    command = [executable, 'serve', '--address', 'unix:' + _socket(folder, 'manager')]
    if python:
        command += ['--python', python]
    return Server(command, dict(os.environ, MANAGER_AUTHKEY=KEY.decode()))


_count = [0]


def _socket(folder, name):
    _count[0] += 1
    return os.path.join(folder, '%s-%d' % (name, _count[0]))


def main(path):
    from multiprocessing import current_process
    from multiprocessing.managers import SyncManager
    try:
        import queue
    except ImportError:
        import Queue as queue

    class ReferenceManager(SyncManager):
        pass

    ReferenceManager.register('LifoQueue', queue.LifoQueue)
    ReferenceManager.register('PriorityQueue', queue.PriorityQueue)
    if 'set' not in ReferenceManager._registry:
        ReferenceManager.register('set', set, exposed=SET_METHODS)
    methods = ReferenceManager._registry['list'][1]
    if sys.version_info >= (3,) and 'clear' not in methods:
        ReferenceManager.register('list', list, exposed=methods + LIST_METHODS)
    methods = ReferenceManager._registry['dict'][1]
    if sys.version_info >= (3, 9) and '__or__' not in methods:
        ReferenceManager.register('dict', dict, exposed=methods + DICTIONARY_METHODS, method_to_typeid={'__iter__': 'Iterator'})
    current_process().authkey = KEY
    server = ReferenceManager(address=path, authkey=KEY).get_server()
    print('listening on unix:' + path)
    sys.stdout.flush()
    server.serve_forever()


LIST_METHODS = ('clear', 'copy')
"""What 3.14's ListProxy exposes beside what it exposed before."""

DICTIONARY_METHODS = ('__ior__', '__or__', '__reversed__', '__ror__', 'fromkeys')
"""What 3.14's DictProxy exposes beside what it exposed before."""

SET_METHODS = (
    '__and__', '__class_getitem__', '__contains__', '__iand__', '__ior__', '__isub__', '__iter__', '__ixor__', '__len__', '__or__',
    '__rand__', '__ror__', '__rsub__', '__rxor__', '__sub__', '__xor__', '__ge__', '__gt__', '__le__', '__lt__', 'add', 'clear',
    'copy', 'difference', 'difference_update', 'discard', 'intersection', 'intersection_update', 'isdisjoint', 'issubset',
    'issuperset', 'pop', 'remove', 'symmetric_difference', 'symmetric_difference_update', 'union', 'update')
"""What 3.14's SetProxy exposes."""

if __name__ == '__main__':
    main(sys.argv[1])
