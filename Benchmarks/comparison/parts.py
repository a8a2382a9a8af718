"""What is measured. Each part gives a table: servers take turns, and the median of the rounds counts."""
import json
import statistics
import subprocess

from . import clients, servers


class Table:
    """title: of the whole. columns, rows: texts and numbers. bars: what a plot shows, as (label, [(name, value)])."""

    def __init__(self, title, columns, rows, bars=(), note='', unit='calls/s'):
        self.title, self.columns, self.rows, self.bars, self.note, self.unit = title, columns, rows, bars, note, unit


def load(server, call, depth, connections, options, redis=False):
    command = [servers.LOAD, '--address', server.address, '--call', call, '--depth', str(depth), '--connections', str(connections),
               '--seconds', str(options.seconds), '--pid', str(server.pid)] + (['--redis'] if redis else [])
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def median(measured, field='calls_per_second'):
    return statistics.median(one[field] for one in measured)


CALLS = [('get', 'dict[k]'), ('set', 'dict[k] = v'), ('append', 'list.append'), ('put', 'queue.put')]


def raw(options):
    """Rows 1 and 2: requests that are made beforehand, 8 connections."""
    rows, bars = [], []
    for depth in (1, 16):
        for call, label in CALLS:
            theirs, mine = [], []
            for _ in range(options.rounds):
                with servers.cpython(options.python) as server:
                    theirs.append(load(server, call, depth, 8, options))
                with servers.ours() as server:
                    mine.append(load(server, call, depth, 8, options))
            ratio = median(mine) / median(theirs)
            rows.append([label, depth, number(median(theirs)), number(median(mine)), '%.1f' % ratio,
                         '%.2f' % median(theirs, 'server_cpu_us_per_call'), '%.2f' % median(mine, 'server_cpu_us_per_call')])
            bars.append(('%s, depth %d' % (label, depth), [('CPython', median(theirs)), ('ours', median(mine))]))
    return Table('Raw load, 8 connections, unix socket', ['call', 'depth', 'CPython calls/s', 'ours calls/s', 'ratio', 'CPython CPU µs/call', 'ours CPU µs/call'],
                 rows, bars)


def redis(options):
    """Row 3: against Redis, 50 connections, with as many threads and with more."""
    if not servers.has_redis():
        return Table('Against Redis: there is no redis-server here', [], [])
    rows, bars = [], []
    for depth in (1, 16):
        for call, label in [('get', 'GET / dict[k]'), ('set', 'SET / dict[k] = v'), ('append', 'RPUSH / list.append'), ('pop', 'RPUSH, RPOP / append, pop')]:
            measured = {}
            for _ in range(options.rounds):
                with servers.redis() as server:
                    measured.setdefault('redis', []).append(load(server, call, depth, 50, options, redis=True))
                for threads in (1, 2):
                    with servers.ours(threads=threads) as server:
                        measured.setdefault(threads, []).append(load(server, call, depth, 50, options))
            theirs, one, two = median(measured['redis']), median(measured[1]), median(measured[2])
            rows.append([label, depth, number(theirs), number(one), '%.2f' % (one / theirs), number(two), '%.2f' % (two / theirs)])
            bars.append(('%s, depth %d' % (label, depth), [('Redis', theirs), ('ours', one)]))
    return Table('Against Redis, 50 connections, unix socket', ['call', 'depth', 'Redis calls/s', 'ours, 1 thread', 'ratio', 'ours, 2 threads', 'ratio'], rows, bars)


def python_clients(options):
    """Row 4: unmodified Python processes that call dict[k]."""
    measured = {}
    for _ in range(options.rounds):
        for name, start in [('CPython', lambda: servers.cpython(options.python)), ('ours', servers.ours)]:
            with start() as server:
                measured.setdefault(name, []).append(clients.many(options.python, server, 8, options.seconds))
    theirs, mine = median(measured['CPython']), median(measured['ours'])
    row = ['dict[k]', number(theirs), number(mine), '%.1f' % (mine / theirs),
           '%.0f %%' % (100 * median(measured['CPython'], 'server_share')), '%.0f %%' % (100 * median(measured['ours'], 'server_share'))]
    return Table('8 unmodified Python processes', ['call', 'CPython calls/s', 'ours calls/s', 'ratio', "CPython's server's CPU", "our server's CPU"], [row],
                 note='The CPU is a share of one processor; what is left of two is the clients\' own work.')


def create(options):
    """Row 5: create and drop an object, by an unmodified Python client."""
    rows = []
    for name, tcp in [('unix socket', False), ('TCP', True)]:
        theirs, mine = [], []
        for _ in range(options.rounds):
            with servers.cpython(options.python, tcp) as server:
                theirs.append(clients.create_and_drop(options.python, server, 30 if tcp else 300))
            with servers.ours(tcp) as server:
                mine.append(clients.create_and_drop(options.python, server, 300))
        theirs, mine = statistics.median(theirs), statistics.median(mine)
        rows.append([name, '%.2f' % theirs, '%.2f' % mine, '%.1f' % (theirs / mine)])
    return Table('Create and drop an object, from Python', ['over', 'CPython ms', 'ours ms', 'ratio'], rows)


def number(value):
    return '{:,.0f}'.format(value)


ALL = {'raw': raw, 'redis': redis, 'python': python_clients, 'create': create}
