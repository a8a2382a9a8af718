"""Gives the same random calls to CPython's server and to another one, and finds what they answer differently.

    python3 differential.py --manager .build/debug/manager                 every type, 10,000 sequences each
    python3 differential.py --itself --type list --sequences 1000          CPython with itself: the tester's own test
    python3 differential.py --manager ... --type list --seed 4711:17         one sequence again

A difference is printed with its seed and the shortest sequence that still shows it.
"""
from __future__ import print_function

import argparse
import random
import re
import shutil
import signal
import sys
import tempfile
import time

import client
import sequences
import servers
from values import PYTHON2


class Side(object):
    """One of the two servers, with the sessions that are kept open."""

    def __init__(self, name, address):
        self.name, self.address = name, address
        self.sessions = {}

    def run(self, sequence, patience):
        """The outcomes of creating the object and of each call, as far as they came."""
        kind = sequences.KINDS[sequence.typeid]
        answer = client.create(self.address, kind.typeid or sequence.typeid, sequence.arguments, sequence.keywords)
        if answer[0] != '#RETURN':
            return [client.outcome(answer)]
        idents = {'object': answer[1][0]}
        outcomes, sent = [('created', '')], []
        for call in sequence.calls:
            if sent and (sent[-1].session != call.session or call.target not in idents):
                if not self._receive(sent, idents, outcomes, kind, patience):
                    return outcomes
            if call.target not in idents:
                return outcomes
            self._session(call.session).send(idents[call.target], call.method, call.arguments, call.keywords)
            sent.append(call)
        self._receive(sent, idents, outcomes, kind, patience)
        return outcomes

    def _receive(self, sent, idents, outcomes, kind, patience):
        """Reads the answers to the calls that were sent. False when one does not come."""
        for call in sent:
            answer = self._session(call.session).receive(patience)
            if answer is not None and answer[0] == '#PROXY':
                idents['proxy'] = answer[1][1].id
            outcomes.append(client.outcome(answer, kind.identity))
            if answer is None:
                self.close()
                return False
        del sent[:]
        return True

    def _session(self, number):
        if number not in self.sessions:
            self.sessions[number] = client.Session(self.address)
        return self.sessions[number]

    def close(self):
        for session in self.sessions.values():
            session.close()
        self.sessions = {}


PATIENCE = 0.4
"""Seconds after which a call is said to block."""


class Tester(object):
    """Runs sequences on two sides and keeps what differs."""

    def __init__(self, reference, other):
        self.sides = (reference, other)

    def difference(self, sequence, patience=PATIENCE):
        """The first call that is answered differently: its position and both outcomes, or None."""
        left, right = [self._run(side, sequence, patience) for side in self.sides]
        for position, (one, two) in enumerate(zip(left, right)):
            if not self._same(sequence, position, one, two):
                return position, one, two
            if one[0] == 'raises' and sequence.calls[position - 1].method == 'sort':
                return None  # what a sort that failed leaves behind is said to be any order
        if len(left) != len(right):
            return min(len(left), len(right)), ('%d answers' % len(left), ''), ('%d answers' % len(right), '')
        return None

    def _run(self, side, sequence, patience):
        try:
            return side.run(sequence, patience)
        except (EOFError, IOError, OSError, ValueError, AttributeError, ImportError, TypeError) as error:
            side.close()
            return [('the client fails', repr(error))]

    def _same(self, sequence, position, one, two):
        if one == two:
            return True
        if one[0] != two[0]:
            return False
        call = sequence.calls[position - 1] if position else None
        if call is not None and call.method == '__delattr__':  # in 3.12 and later it depends on the class's other objects whether the error holds the name
            one, two = [(outcome[0], re.sub(r"\{'name': .*", '', outcome[1])) for outcome in (one, two)]
            return one == two
        unordered = not sequences.KINDS[sequence.typeid].ordered and (PYTHON2 or sequence.typeid == 'set')
        return unordered and call is not None and one[0] == 'returns' and sorted(one[1]) == sorted(two[1])

    def confirmed(self, sequence):
        """A difference that is there again when more time is given."""
        return self.difference(sequence) and self.difference(sequence, 10 * PATIENCE)

    def shrunk(self, sequence):
        """The sequence without the calls that the difference does not need."""
        position, one, two = self.difference(sequence)
        shortest = sequence._replace(calls=sequence.calls[:position])
        wanted = signature(shortest, (position, one, two))
        size = max(len(shortest.calls) // 2, 1)
        while True:
            start = 0
            while start < len(shortest.calls) - 1:
                candidate = shortest._replace(calls=shortest.calls[:start] + shortest.calls[start + size:])
                found = self.difference(candidate)
                if found and signature(candidate, found) == wanted:
                    shortest = candidate._replace(calls=candidate.calls[:found[0]])
                else:
                    start += size
            if size == 1:
                return shortest
            size //= 2


def signature(sequence, found):
    """What two occurrences of one difference have in common."""
    position, one, two = found
    method = 'create' if position == 0 else sequence.calls[min(position, len(sequence.calls)) - 1].method
    return sequence.typeid, method, one[0], _pattern(one[1]), two[0], _pattern(two[1])


def _pattern(text):
    if '(' in text and re.match(r'[\w.]*(Error|Exception|Empty|Full|\w+)\(', text) and '.' in text.split('(')[0]:
        return re.sub(r'[0-9]+', '0', text)
    error = re.match(r'\w*(Error|Exception)\b', text)
    return re.sub(r'[0-9]+', '0', text)[:60] if error else ''


def spelled(sequence, found):
    """A difference for people."""
    position, one, two = found
    lines = ['%s(%s)' % (sequence.typeid, _spelled_arguments(sequence.arguments, sequence.keywords))]
    for call in sequence.calls:
        lines.append('    %s%s.%s(%s)' % ('session %d: ' % call.session, call.target, call.method, _spelled_arguments(call.arguments, call.keywords)))
    return lines + ['  CPython %s: %s' % one, '  ours    %s: %s' % two]


def _spelled_arguments(arguments, keywords):
    return ', '.join([ascii_repr(argument) for argument in arguments] + ['%s=%s' % (name, ascii_repr(value)) for name, value in keywords.items()])


def in_ascii(line):
    text = line.decode('latin-1') if isinstance(line, bytes) else line  # Python 2's messages are bytes
    return text.encode('ascii', 'backslashreplace').decode('ascii')


def ascii_repr(value):
    return repr(value) if PYTHON2 else ascii(value)  # noqa: F821


def test(tester, typeid, count, seed, first=0, most=20):
    """Runs the sequences of one type; prints the differences. How many kinds of difference there were."""
    kind = sequences.KINDS[typeid]
    exposed = set(kind.methods)
    answers = [client.create(side.address, kind.typeid or typeid, *probe(typeid)) for side in tester.sides]
    if answers[0][0] == '#RETURN' and kind.target == 'object':
        exposed = set(answers[0][1][1])
        missing = exposed - set(answers[1][1][1]) if answers[1][0] == '#RETURN' else exposed
        if missing:
            print('%s: not exposed: %s' % (typeid, ' '.join(sorted(missing))))
    found, began = {}, time.time()
    for number in range(first, first + count):
        rng = random.Random('%s %s %d' % (typeid, seed, number))
        sequence = sequences.sequence(rng, typeid, exposed)
        if tester.difference(sequence) and tester.confirmed(sequence):
            shortest = tester.shrunk(sequence)
            difference = tester.difference(shortest) or tester.difference(sequence)
            mark = signature(shortest, difference) if difference else ('?',)
            if mark not in found:
                found[mark] = number
                print('\n'.join(['--seed %s:%d' % (seed, number)] + [in_ascii(line) for line in spelled(shortest, difference)]))
                sys.stdout.flush()
                if len(found) >= most:
                    break
    print('%s: %d sequences in %.1f s, %d differences' % (typeid, number - first + 1, time.time() - began, len(found)))
    sys.stdout.flush()
    return len(found)


def probe(typeid):
    """Arguments with which the type can be made."""
    return {'Value': (('i', 1), {}), 'Array': (('i', [1]), {}), 'Barrier': ((1,), {})}.get(typeid, ((), {}))


def types():
    """What a manager of this Python has, the types registered by hand included."""
    return [name for name in sorted(sequences.KINDS) if not (PYTHON2 and name == 'Barrier')]


def main():
    options = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    options.add_argument('--type', action='append', help='a type to test; every one without it')
    options.add_argument('--sequences', type=int, default=10000, help='how many of each type')
    options.add_argument('--seed', default='1', help='SEED, or SEED:NUMBER for one sequence')
    options.add_argument('--address', help='a server that runs already, HOST:PORT or unix:PATH; its key is %r' % servers.KEY.decode())
    options.add_argument('--manager', help='the executable `manager`, whose server is started')
    options.add_argument('--python', help='the Python whose texts `manager serve` is to use')
    options.add_argument('--itself', action='store_true', help='compare CPython with itself')
    options.add_argument('--most', type=int, default=20, help='how many kinds of difference to show of each type')
    options = options.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers are stopped
    folder, started, differences = tempfile.mkdtemp(), [], 0
    seed, _, number = options.seed.partition(':')
    try:
        for typeid in options.type or types():
            started.append(servers.reference_server(folder))
            if options.address:
                address = servers.parse_address(options.address)
            else:
                started.append(servers.reference_server(folder) if options.itself else servers.manager_server(options.manager, folder, options.python))
                address = started[-1].address
            tester = Tester(Side('CPython', started[0].address), Side('ours', address))
            if number:
                differences += test(tester, typeid, 1, seed, int(number))
            else:
                differences += test(tester, typeid, options.sequences, seed, most=options.most)
            for side in tester.sides:
                side.close()
            while started:
                started.pop().stop()
    finally:
        for server in started:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if differences else 0)


if __name__ == '__main__':
    main()
