"""Unmodified Python clients, in processes of their own."""
import json
import subprocess

COMMON = """
import json, sys, time
from multiprocessing import current_process
from multiprocessing.managers import SyncManager
current_process().authkey = b'abc'
address = json.loads(sys.argv[1])
m = SyncManager(tuple(address) if isinstance(address, list) else address, b'abc')
m.connect()
"""

MANY = COMMON + """
d = m.dict()
d['k'] = 'v'
print('ready', flush=True)
sys.stdin.readline()
end, calls, used = time.monotonic() + float(sys.argv[2]), 0, time.process_time()
while time.monotonic() < end:
    for _ in range(50):
        d['k']
    calls += 50
print(calls, time.process_time() - used)
"""

CREATE = COMMON + """
import statistics
times = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    l = m.list()
    del l
    times.append(time.perf_counter() - start)
print(statistics.median(times) * 1000)
"""


def many(python, server, count, seconds):
    """Calls per second of all together, the server's share of a processor meanwhile, and the processor time that the clients need for a call."""
    command = [python, '-c', MANY, json.dumps(server.python_address), str(seconds)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    for process in processes:
        process.stdout.readline()
    before = server.cpu_seconds()
    for process in processes:
        process.stdin.write('go\n')
        process.stdin.flush()
    outcomes = [process.communicate()[0].split() for process in processes]
    calls, used = sum(int(one[0]) for one in outcomes), sum(float(one[1]) for one in outcomes)
    return {'calls_per_second': calls / seconds, 'server_share': (server.cpu_seconds() - before) / seconds, 'client_seconds_per_call': used / calls}


def create_and_drop(python, server, count):
    """The median, in milliseconds."""
    command = [python, '-c', CREATE, json.dumps(server.python_address), str(count)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


STARTUP = """
import json, statistics, sys, time
from multiprocessing import Manager, Process, Pipe
def child(end):
    end.send_bytes(b'here')
def median(measure):
    return statistics.median(measure(time.perf_counter()) for _ in range(10)) * 1000
def manager(start):
    with Manager() as m:
        len(m.list([1]))
        return time.perf_counter() - start
def process(start):
    ours, theirs = Pipe()
    p = Process(target=child, args=(theirs,))
    p.start()
    ours.recv_bytes()
    elapsed = time.perf_counter() - start
    p.join()
    return elapsed
if __name__ == '__main__':
    print(json.dumps({'manager_ms': median(manager), 'child_ms': median(process)}))
"""

LARGE = COMMON + """
size, count, kind = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
value = bytes(size)
o = m.Queue() if kind == 'queue' else m.dict()
start, used = time.perf_counter(), time.process_time()
for _ in range(count):
    if kind == 'queue':
        o.put(value)
        back = o.get()
    else:
        o['k'] = value
        back = o['k']
    assert len(back) == size
elapsed, used = time.perf_counter() - start, time.process_time() - used
print(json.dumps({'bytes_per_second': 2 * size * count / elapsed, 'own_share': used / elapsed}))
"""

# As many connections as are allowed: each is a descriptor.
DESCRIPTORS = """
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
"""

IDLE = DESCRIPTORS + """
import sys
from multiprocessing.connection import Client
from multiprocessing.managers import dispatch
import json
address = json.loads(sys.argv[1])
kept = []
for _ in range(int(sys.argv[2])):
    c = Client(tuple(address) if isinstance(address, list) else address, authkey=b'abc')
    dispatch(c, None, 'accept_connection', ('idle',))
    kept.append(c)
print('ready', flush=True)
sys.stdin.readline()
"""

FILL = COMMON + """
kind, count, batch = sys.argv[2], int(sys.argv[3]), 10000
print('ready', flush=True)
sys.stdin.readline()
if kind == 'dict':
    o = m.dict()
    for first in range(0, count, batch):
        o.update([(n, n) for n in range(first, first + batch)])
elif kind == 'objects':
    o = [m.Lock() for _ in range(count)]
print('done', flush=True)
sys.stdin.readline()
"""

# A client that calls all the time and notes how long each call takes, while another does something large.
BYSTANDER = COMMON + """
d = m.dict()
d['k'] = 'v'
d['k']
print('ready', flush=True)
times = []
import threading
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), ended.set()), daemon=True).start()
while not ended.is_set():
    start = time.perf_counter()
    d['k']
    times.append(time.perf_counter() - start)
    time.sleep(0.0005)
times.sort()
print(json.dumps({'calls': len(times), 'p50_ms': times[len(times) // 2] * 1000, 'p999_ms': times[int(len(times) * 0.999)] * 1000, 'max_ms': times[-1] * 1000}))
"""

# What the large thing is; prints microseconds for each element at the beginning and at the end.
GROWTH = DESCRIPTORS + COMMON + """
kind, count, batch = sys.argv[2], int(sys.argv[3]), 10000
def timed(steps):
    times = []
    for step in steps:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    tenth = max(len(times) // 10, 1)
    return [sum(times[:tenth]) / tenth, sum(times[-tenth:]) / tenth]
firsts = range(0, count, batch)
if kind == 'dict':
    o = m.dict()
    result = timed((lambda first=first: o.update([(n, n) for n in range(first, first + batch)])) for first in firsts)
    per = batch
elif kind == 'queue':
    o = m.Queue()
    result = timed((lambda first=first: o.put_many(list(range(first, first + batch))) if hasattr(o, 'put_many') else [o.put(n) for n in range(first, first + batch)]) for first in firsts)
    per = batch
elif kind == 'pop':
    o = m.list()
    for first in firsts:
        o.extend(range(first, first + batch))
    result = timed((lambda: o.pop(0)) for _ in range(20000))
    per = 1
elif kind == 'blocked':
    from multiprocessing.connection import Client
    import threading
    o = m.Queue()
    sessions = []
    from multiprocessing.managers import dispatch
    ident = o._token.id
    for _ in range(count):
        c = Client(tuple(address) if isinstance(address, list) else address, authkey=b'abc')
        dispatch(c, None, 'accept_connection', ('waiting',))
        c.send((ident, 'get', (True, 600), {}))
        sessions.append(c)
    other = m.Queue()
    result = timed((lambda: (other.put(1), other.get())) for _ in range(5000))
    per = 2
elif kind == 'reply':
    from multiprocessing.connection import Client
    from multiprocessing.managers import dispatch
    o = m.list([bytes(count)])
    c = Client(tuple(address) if isinstance(address, list) else address, authkey=b'abc')
    dispatch(c, None, 'accept_connection', ('slow',))
    for _ in range(20):
        c.send((o._token.id, '__getitem__', (0,), {}))
    time.sleep(2)
    result, per = [0, 0], 1
print(json.dumps({'first_us': result[0] / per * 1e6, 'last_us': result[1] / per * 1e6}))
"""


def run(python, script, *arguments):
    """The last line that the script prints, read as JSON."""
    output = subprocess.run([python, '-c', script] + [str(one) for one in arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


class Held:
    """A client that does something and then stays until it is let go. start: whether it waits for a word to begin."""

    def __init__(self, python, script, *arguments):
        self.process = subprocess.Popen([python, '-c', script] + [str(one) for one in arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.wait()

    def wait(self):
        if not self.process.stdout.readline():
            raise RuntimeError('a client has failed')

    def go(self):
        self.process.stdin.write('go\n')
        self.process.stdin.flush()

    def end(self):
        """What it prints at last."""
        return self.process.communicate('end\n')[0]
