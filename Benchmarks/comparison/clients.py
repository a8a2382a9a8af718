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
end, calls = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < end:
    for _ in range(50):
        d['k']
    calls += 50
print(calls)
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
    """Calls per second of all together, and the server's share of a processor meanwhile."""
    command = [python, '-c', MANY, json.dumps(server.python_address), str(seconds)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    for process in processes:
        process.stdout.readline()
    before = server.cpu_seconds()
    for process in processes:
        process.stdin.write('go\n')
        process.stdin.flush()
    calls = sum(int(process.communicate()[0]) for process in processes)
    return {'calls_per_second': calls / seconds, 'server_share': (server.cpu_seconds() - before) / seconds}


def create_and_drop(python, server, count):
    """The median, in milliseconds."""
    command = [python, '-c', CREATE, json.dumps(server.python_address), str(count)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
