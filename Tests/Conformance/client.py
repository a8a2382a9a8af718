"""A client that speaks to a manager's server as CPython's proxies do, one call at a time, and says what it was answered."""
from __future__ import print_function

import re
from multiprocessing.connection import Client

from servers import KEY
from values import describe

BLOCKS = ('blocks', '')
"""The outcome of a call that is not answered in time."""


class Session(object):
    """One connection: what a thread of a client process is to a server."""

    def __init__(self, address):
        self.connection = Client(address, authkey=KEY)
        self.connection.send((None, 'accept_connection', ('conformance',), {}))
        self.connection.recv()

    def send(self, ident, method, arguments, keywords):
        self.connection.send((ident, method, arguments, keywords))

    def receive(self, patience):
        """The next answer: its kind and what came with it, or None when it does not come in time."""
        if not self.connection.poll(patience):
            return None
        return self.connection.recv()

    def close(self):
        self.connection.close()


def create(address, typeid, arguments, keywords):
    """One call of the server's `create`: its raw answer."""
    connection = Client(address, authkey=KEY)
    try:
        connection.send((None, 'create', (typeid,) + tuple(arguments), keywords))
        return connection.recv() if connection.poll(20) else ('blocks', None)
    finally:
        connection.close()


def outcome(answer, identity=False):
    """What a program would see of an answer, in a form that can be compared and printed.

    identity: whether it matters which parts of the value are one object.
    """
    if answer is None:
        return BLOCKS
    kind, result = answer
    if kind == '#RETURN':
        return 'returns', without_addresses(describe(result, identity))
    if kind == '#ERROR':
        return 'raises', without_addresses(describe(result, identity))
    if kind == '#PROXY':
        return 'proxy', result[1].typeid
    if kind in ('#TRACEBACK', '#UNSERIALIZABLE'):
        lines = result.strip().splitlines() or ['']
        return ('remote error' if kind == '#TRACEBACK' else 'unserializable'), without_addresses(lines[-1])
    return kind, describe(result, identity)


def without_addresses(text):
    """What identifies objects and threads differs from process to process."""
    return re.sub(r"\b0x[0-9a-f]+|(?<=owner=)[1-9]\d*|(?<=owner=)u?'[^']*'", '...', text)
