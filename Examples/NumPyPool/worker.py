"""Workers that find eigenvalues of matrices with NumPy: worker.py [HOST [PORT [PROCESSES]]]"""
import multiprocessing
import sys
from multiprocessing.managers import BaseManager

import numpy

host, port, processes = (sys.argv[1:] + ['127.0.0.1', '5000', '4'][len(sys.argv) - 1:])[:3]


class Matrices(BaseManager): pass


Matrices.register('get_task')
Matrices.register('get_result')


def work():
    manager = Matrices(address=(host, int(port)), authkey=b'abc')
    manager.connect()
    tasks, results = manager.get_task(), manager.get_result()
    done = 0
    try:
        while True:
            matrix = tasks.get()
            results.put({'trace': float(numpy.trace(matrix)), 'eigenvalues': numpy.linalg.eigvalsh(matrix)})
            done += 1
    except (EOFError, EnvironmentError):  # the master has all results and has ended
        # In one piece: the workers share an output.
        sys.stdout.write('%d matrices, worker exit.\n' % done)


if __name__ == '__main__':
    workers = [multiprocessing.Process(target=work) for _ in range(int(processes))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
