import random, sys
try: import queue
except ImportError: import Queue as queue  # Python 2.7
from multiprocessing.managers import BaseManager
from multiprocessing import freeze_support

# Usage: master.py [HOST [PORT [SECONDS]]], where SECONDS is how long it waits for each result.
host = sys.argv[1] if len(sys.argv) > 1 else '127.0.0.1'
port = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
patience = float(sys.argv[3]) if len(sys.argv) > 3 else 10

task_queue = queue.Queue()
result_queue = queue.Queue()

def get_task():
    return task_queue

def get_result():
    return result_queue

class QueueManager(BaseManager): pass

QueueManager.register('get_task', callable=get_task)
QueueManager.register('get_result', callable=get_result)
manager = QueueManager(address=(host, port), authkey=b'abc')

def manager_run():
    manager.start()
    print('Serve at %s:%d' % manager.address)
    task = manager.get_task()
    result = manager.get_result()

    for value in range(10):
        n = random.randint(0, 100)
        print('Put task %d' % n)
        task.put(n)
    print('Try get result...')
    try:
        for value in range(10):
            r = result.get(timeout=patience)
            print('Result: %s' % r)
    except queue.Empty:
        print('result is empty')
    manager.shutdown()
    print('master exit.')

if __name__ == '__main__':
    freeze_support()
    manager_run()
