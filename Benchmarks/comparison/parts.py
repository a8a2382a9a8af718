"""What is measured. Each part gives a table: servers take turns, and the median of the rounds counts."""
import json
import os
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
            theirs, mine, one = [], [], []
            for _ in range(options.rounds):
                with servers.cpython(options.python) as server:
                    theirs.append(load(server, call, depth, 8, options))
                with servers.ours() as server:
                    mine.append(load(server, call, depth, 8, options))
                with servers.ours(threads=1) as server:
                    one.append(load(server, call, depth, 8, options))
            cpu = ['%.2f' % median(measured, 'server_cpu_us_per_call') for measured in (theirs, mine, one)]
            rows.append([label, depth, number(median(theirs)), number(median(mine)), '%.1f' % (median(mine) / median(theirs)),
                         number(median(one)), '%.1f' % (median(one) / median(theirs))] + cpu)
            bars.append(('%s, depth %d' % (label, depth), [('CPython', median(theirs)), ('ours', median(mine))]))
    return Table('Raw load, 8 connections, unix socket', ['call', 'depth', 'CPython calls/s', 'ours calls/s', 'ratio', 'ours, 1 thread', 'ratio',
                                                              'CPython CPU µs/call', 'ours CPU µs/call', 'ours, 1 thread'],
                 rows, bars,
                 note='All connections use one object. A thread that waits for another at it, and for what that one changed, does so by its processor.')


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
                with servers.least() as server:
                    measured.setdefault('least', []).append(load(server, call, depth, 50, options))
            theirs, one, two, least = [median(measured[name]) for name in ('redis', 1, 2, 'least')]
            rows.append([label, depth, number(theirs), number(one), '%.2f' % (one / theirs), number(two), '%.2f' % (two / theirs), number(least), '%.2f' % (least / theirs)])
            bars.append(('%s, depth %d' % (label, depth), [('Redis', theirs), ('ours', one)]))
        rows.append(_floor(depth, options))
    return Table('Against Redis, 50 connections, unix socket', ['call', 'depth', 'Redis calls/s', 'ours, 1 thread', 'ratio', 'ours, 2 threads', 'ratio', 'the least, 1 thread', 'ratio'], rows, bars,
                 note='The least is a server on SwiftNIO that does no more for these four calls than to find a request\'s parts, to find the object, which may go, and the value in it, each behind a lock, '
                      'and to write the reply: one dict and one list, no sessions, limits, versions or errors. '
                      'The rows "nothing read" are one that answers GET without looking at it.')


def _floor(depth, options):
    """What any server on SwiftNIO can reach at most, beside Redis."""
    measured = {}
    for _ in range(options.rounds):
        with servers.redis() as server:
            measured.setdefault('redis', []).append(load(server, 'get', depth, 50, options, redis=True))
        for threads in (1, 2):
            with servers.floor(threads) as server:
                measured.setdefault(threads, []).append(load(server, 'get', depth, 50, options, redis=True))
    theirs, one, two = median(measured['redis']), median(measured[1]), median(measured[2])
    return ['GET / nothing read', depth, number(theirs), number(one), '%.2f' % (one / theirs), number(two), '%.2f' % (two / theirs), '', '']


def python_clients(options):
    """Row 4: unmodified Python processes that call dict[k]."""
    measured = {}
    for _ in range(options.rounds):
        for name, start in [('CPython', lambda: servers.cpython(options.python)), ('ours', servers.ours)]:
            with start() as server:
                measured.setdefault(name, []).append(clients.many(options.python, server, 8, options.seconds))
    theirs, mine = median(measured['CPython']), median(measured['ours'])
    own = median(measured['ours'], 'client_seconds_per_call')
    row = ['dict[k]', number(theirs), number(mine), '%.2f' % (mine / theirs), '%.2f' % (len(os.sched_getaffinity(0)) / own / theirs),
           '%.0f %%' % (100 * median(measured['CPython'], 'server_share')), '%.0f %%' % (100 * median(measured['ours'], 'server_share')),
           '%.1f' % (own * 1e6)]
    return Table('8 unmodified Python processes',
                 ['call', 'CPython calls/s', 'ours calls/s', 'ratio', 'highest ratio', "CPython's server's CPU", "our server's CPU", "clients' CPU µs/call"], [row],
                 note='The CPU is a share of one processor. The highest ratio is that of a server that takes no time at all: the clients have all processors for themselves.')


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


def swift(options):
    """Rows 6 and 7: a Swift client, beside two C processes, and a client and a server on SwiftNIO, that send each other as many bytes."""
    rows = []
    for name, tcp in [('unix', False), ('tcp', True)]:
        for label, where in [('', []), (', on the connection\'s thread', ['--on-connection'])]:
            measured = {'c': [], 'nio': [], 'ours': []}
            for _ in range(options.rounds):
                measured['c'].append(_tool('pingpong', name, 85, 33, options.seconds)['us_per_call'])
                for kind, command, start in [('nio', ['floor', 'ask'], lambda: servers.floor(request_size=85, tcp=tcp)), ('ours', ['client'], lambda: servers.ours(tcp))]:
                    with start() as server:
                        measured[kind].append(_tool(*command, '--address', server.address, '--seconds', options.seconds, *where)['us_per_call'])
            c, nio, mine = [statistics.median(measured[kind]) for kind in ('c', 'nio', 'ours')]
            rows.append(['one call at a time, %s%s' % (name, label), '%.1f µs' % c, '%.1f µs' % nio, '%.1f µs' % mine, '%.2f times' % (mine / c), '%.2f times' % (mine / nio)])
    for label, arguments in [('64 tasks, one connection', ['--tasks', 64]),
                             ('64 tasks, on the connection\'s thread', ['--tasks', 64, '--on-connection']), ('append(contentsOf:)', ['--measure', 'append']),
                             ('put(contentsOf:)', ['--measure', 'put']), ('get(upTo:)', ['--measure', 'take'])]:
        mine, nio = [], []
        for _ in range(options.rounds):
            with servers.ours() as server:
                mine.append(_tool('client', '--address', server.address, '--seconds', options.seconds, *arguments))
            if '--tasks' in arguments:
                with servers.floor(request_size=85) as server:
                    nio.append(_tool('floor', 'ask', '--address', server.address, '--seconds', options.seconds, *arguments))
        unit = ' calls/s' if nio else ' elements/s'
        rows.append([label, '', number(median(nio)) + unit if nio else '', number(median(mine)) + unit, '', '%.2f times' % (median(mine) / median(nio)) if nio else ''])
    return Table('A Swift client', ['measure', 'ping-pong in C', 'on SwiftNIO alone', 'ours', 'ours to C', 'ours to SwiftNIO'], rows,
                 note='On SwiftNIO alone: a server that answers without reading, and a client that sends bytes and awaits as many. On the connection\'s thread: by '
                      'the manager\'s `taskExecutor`.')


def _tool(name, *arguments):
    command = [os.path.join(servers.TOOLS, name)] + [str(one) for one in arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])


def large(options):
    """Row 8: large values, there and back, from Python."""
    rows = []
    for kind in ('queue', 'dict'):
        for size, count in [(1 << 20, 1000), (100 << 20, 3)]:
            measured, peaks = {'CPython': [], 'ours': []}, {'CPython': [], 'ours': []}
            for _ in range(options.rounds):
                for name, start in [('CPython', lambda: servers.cpython(options.python)), ('ours', servers.ours)]:
                    with start() as server:
                        # What the first calls of a server need, whatever their values.
                        clients.run(options.python, clients.LARGE, json.dumps(server.python_address), 1000, 50, kind)
                        before = server.memory()
                        server.forget_peak()
                        measured[name].append(clients.run(options.python, clients.LARGE, json.dumps(server.python_address), size, count, kind))
                        peaks[name].append((server.memory('VmHWM') - before) / size)
            theirs, mine = [median(measured[name], 'bytes_per_second') for name in ('CPython', 'ours')]
            rows.append([kind, '%d MB' % (size >> 20), '%.0f' % (theirs / 1e6), '%.0f' % (mine / 1e6), '%.1f' % (mine / theirs),
                         '%.1f' % (1 / median(measured['CPython'], 'own_share'))] + ['%.1f' % max(peaks[name]) for name in ('CPython', 'ours')])
    return Table('Large values', ['through', 'size', 'CPython MB/s', 'ours MB/s', 'ratio', 'highest ratio', "CPython's memory / value", 'our memory / value'], rows,
                 note='The highest ratio is that of a server that takes no time at all: the rest of the time the client pickles, copies, sends and receives. '
                      'Memory is the most beyond that of the server after some small values; a dict holds the former value until the new one is there.')


def start(options):
    """Row 9."""
    theirs, mine = clients.run(options.python, clients.STARTUP), _tool('startup')
    rows = [[label, '%.1f ms' % theirs[field], '%.1f ms' % mine[field]]
            for label, field in [('manager: start to first answer', 'manager_ms'), ('child process: start to first line', 'child_ms')]]
    return Table('Starting', ['', 'CPython', 'ours'], rows, note="CPython's children are forks of a process that runs; ours are programs that start.")


def memory(options):
    """Row 10: what much of something costs."""
    rows = []
    # CPython's server has a thread for each connection, and takes milliseconds to make an object.
    for label, script, arguments, theirs, mine in [
            ('idle connections', clients.IDLE, [], 1000, 10000), ('entries of a dict, int to int', clients.FILL, ['dict'], 1000000, 1000000),
            ('managed objects (Lock)', clients.FILL, ['objects'], 5000, 100000)]:
        measured = []
        for server, count in [(servers.cpython(options.python), theirs), (servers.ours(), mine)]:
            with server as server:
                before = server.memory()
                held = clients.Held(options.python, script, json.dumps(server.python_address), *(arguments + [count]))
                if script is clients.FILL:
                    before = server.memory()
                    held.go()
                    held.wait()
                measured.append((server.memory() - before) / count)
                held.process.kill()
                held.process.communicate()
        rows.append([label, number(mine), '%.0f' % measured[0], '%.0f' % measured[1]])
    return Table('Memory, bytes for each', ['what', 'how many', 'CPython', 'ours'], rows, note='CPython: 1,000 connections, 5,000 objects.')


def growth(options):
    """Row 11: what one client's large thing costs another."""
    rows = []
    for label, kind, count in [('dict of 10 million keys, update', 'dict', 10000000), ('queue of 10 million items, put_many', 'queue', 10000000),
                               ('list.pop(0) of a million', 'pop', 1000000), ("10,000 blocked get(timeout), others' put and get", 'blocked', 10000),
                               ('a reader that does not read replies of 10 MB', 'reply', 10000000)]:
        with servers.ours() as server:
            address = json.dumps(server.python_address)
            bystander = clients.Held(options.python, clients.BYSTANDER, address)
            cost = clients.run(options.python, clients.GROWTH, address, kind, count)
            seen = json.loads(bystander.end().splitlines()[-1])
        rows.append([label, '%.2f' % cost['first_us'], '%.2f' % cost['last_us'], '%.2f' % seen['p50_ms'], '%.2f' % seen['p999_ms'], '%.1f' % seen['max_ms']])
    return Table('Growth', ['while', 'µs each, first tenth', 'last tenth', "another's call: median ms", 'p99.9 ms', 'longest ms'], rows)


def number(value):
    return '{:,.0f}'.format(value)


ALL = {'raw': raw, 'redis': redis, 'python': python_clients, 'create': create, 'swift': swift, 'large': large,
       'start': start, 'memory': memory, 'growth': growth}
