import time, sys
try: import queue
except ImportError: import Queue as queue  # Python 2.7
from multiprocessing.managers import BaseManager

# Usage: worker.py [HOST [PORT [SECONDS]]], where SECONDS is what the work on one task takes.
server_addr = sys.argv[1] if len(sys.argv) > 1 else '127.0.0.1'
port = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
pause = float(sys.argv[3]) if len(sys.argv) > 3 else 1

class QueueManager(BaseManager): pass

QueueManager.register('get_task')
QueueManager.register('get_result')

print('Connect to server %s...' % server_addr)
m = QueueManager(address=(server_addr, port), authkey=b'abc')
m.connect()
task = m.get_task()
result = m.get_result()

for value in range(10):
    try:
        n = task.get(timeout=1)
        print('run task %d * %d...' % (n, n))
        r = '%d * %d = %d' % (n, n, n * n)
        time.sleep(pause)
        result.put(r)
    except queue.Empty:
        print('task queue is empty')

print('worker exit.')
