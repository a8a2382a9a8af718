"""The servers that are compared. Each is a context: started on entering, ended on leaving."""
import contextlib
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MANAGER = os.path.join(ROOT, '.build', 'release', 'manager')
TOOLS = os.path.join(ROOT, 'Benchmarks', '.build', 'release')
LOAD = os.path.join(TOOLS, 'load')
KEY = 'abc'

CPYTHON = """
import sys
from multiprocessing import current_process
from multiprocessing.managers import SyncManager
current_process().authkey = b'abc'
address = sys.argv[1] if len(sys.argv) == 2 else ('127.0.0.1', 0)
server = SyncManager(address, b'abc').get_server()
print('listening on', server.address if isinstance(server.address, str) else '%s:%d' % server.address, flush=True)
server.serve_forever()
"""


def newest_python():
    """The newest CPython 3 of this machine."""
    roots = [os.environ.get('PYENV_ROOT', os.path.expanduser('~/.pyenv')) + '/versions']
    found = [path for root in roots for path in glob.glob(root + '/3.*/bin/python3')]
    version = lambda path: tuple(int(part) for part in path.split('/')[-3].split('.'))
    return max(found, key=version) if found else sys.executable


class Server:
    def __init__(self, name, address, pid):
        self.name, self.address, self.pid = name, address, pid
        """address: as `load` takes it."""

    @property
    def python_address(self):
        """The address as Python's clients take it."""
        if self.address.startswith('unix:'):
            return self.address[len('unix:'):]
        host, port = self.address.rsplit(':', 1)
        return host, int(port)

    def memory(self, field='VmRSS'):
        """Bytes; VmHWM is the most it has been."""
        with open('/proc/%d/status' % self.pid) as file:
            return [int(line.split()[1]) * 1024 for line in file if line.startswith(field + ':')][0]

    def forget_peak(self):
        with open('/proc/%d/clear_refs' % self.pid, 'w') as file:
            file.write('5')

    def cpu_seconds(self):
        with open('/proc/%d/stat' % self.pid) as file:
            fields = file.read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


@contextlib.contextmanager
def _process(name, command, ready, environment=None):
    """ready: gives the address when the process's first line, or nothing, is there."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        yield Server(name, ready(process), process.pid)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _announced(process):
    line = process.stdout.readline()
    if not line.startswith('listening on '):
        raise RuntimeError('no server: %r' % line)
    address = line[len('listening on '):].strip()
    return 'unix:' + address if address.startswith('/') else address


@contextlib.contextmanager
def _folder():
    folder = tempfile.mkdtemp()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def cpython(python, tcp=False):
    with _folder() as folder:
        arguments = [] if tcp else [folder + '/s']
        with _process('CPython', [python, '-c', CPYTHON] + arguments, _announced) as server:
            yield server


@contextlib.contextmanager
def ours(tcp=False, threads=None):
    with _folder() as folder:
        command = [MANAGER, 'serve', '--address', '127.0.0.1:0' if tcp else 'unix:%s/s' % folder]
        if threads:
            command += ['--threads', str(threads)]
        with _process('ours', command, lambda process: _announced(process).replace('unix:unix:', 'unix:'), dict(os.environ, MANAGER_AUTHKEY=KEY)) as server:
            yield server


@contextlib.contextmanager
def redis():
    with _folder() as folder:
        socket = folder + '/s'

        def ready(process):
            for _ in range(500):
                if os.path.exists(socket):
                    return 'unix:' + socket
                time.sleep(0.01)
            raise RuntimeError('redis-server does not listen')
        command = ['redis-server', '--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder]
        with _process('Redis', command, ready) as server:
            yield server


@contextlib.contextmanager
def floor(threads=1, request_size=None, tcp=False):
    """A server that does nothing but what SwiftNIO needs: the bound for any server on it. It is asked by Redis commands, or by requests of one size."""
    with _folder() as folder:
        command = [os.path.join(TOOLS, 'floor'), 'serve', '--threads', str(threads)]
        command += [] if tcp else ['--path', folder + '/s']
        command += ['--request', str(request_size)] if request_size else []
        with _process('floor', command, _announced) as server:
            yield server


@contextlib.contextmanager
def least():
    """A server that does the least that a few calls take: the bound for any manager's server on SwiftNIO."""
    with _folder() as folder:
        with _process('the least', [os.path.join(TOOLS, 'floor'), 'least', '--path', folder + '/s', '--authkey', KEY], _announced) as server:
            yield server


def has_redis():
    return shutil.which('redis-server') is not None
