"""Writes inputs for a fuzzer's target to start from: seeds.py TARGET FOLDER."""

import collections
import datetime
import decimal
import fractions
import os
import pickle
import struct
import sys


def pickles():
    """Small pickles of every protocol."""
    loop = []
    loop.append((loop, {'loop': loop}))
    shared = ['shared']
    values = [
        None, True, -1, 2 ** 70, 1.5, 'text', '\ud800', b'bytes', bytearray(b'array'), (1, 2, 3, 4), [1, [2]], {'a': (1,)}, {1, 2}, frozenset([3]),
        loop, complex(1, 2), decimal.Decimal('1.50'), fractions.Fraction(1, 3), datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc),
        collections.OrderedDict(a=1), collections.deque([1], 2), collections.Counter('ab'), ValueError('a'), range(3), len,
        ('7f', 'put', ([1], 'shared'), {'block': True}), ('7f', 'get', (), {}), ('7f', 'set', ('k', 1.5, None), {}), (shared, (shared, shared), {'k': shared}, shared),
    ]
    return [pickle.dumps(value, protocol) for value in values for protocol in range(6)]


def frames():
    """The longest frame, where the stream is split, the stream."""
    short = lambda payload: struct.pack('>i', len(payload)) + payload
    long = lambda payload: struct.pack('>iQ', -1, len(payload)) + payload
    streams = [short(b''), short(b'abc') * 3, long(b'abc') + short(b'x'), struct.pack('>i', -2) + short(b'y'), struct.pack('>i', 1 << 30), short(b'z' * 300)]
    return [bytes([limit, len(splits)]) + splits + stream for limit in range(6) for splits in [b'', b'\0', b'\2\3\4'] for stream in streams]


def handshake():
    """Who is attacked, and messages: a head, whether one that was seen follows and which part of it, and bytes."""
    literal = lambda head, text: bytes([head, 0, len(text)]) + text
    seen = lambda head, message, start, count: bytes([head, 1, message, start, count, 0])
    attacks = [literal(1, b'n' * 20) + literal(2, b''), literal(4, b'n' * 40) + literal(2, b'') + seen(5, 0, 11, 40), seen(0, 0, 0, 255), literal(3, b'')]
    return [bytes([role, md5]) + attack for role in (0, 1) for md5 in (0, 1) for attack in attacks] + [b'\2' + bytes(alteration) for alteration in
            [[], [1, 3, 7], [0, 1, 20, 1], [0, 0, 2, 4], [0, 0, 0, 3, 1, 65], [4, 1, 3, 97, 98, 99]]]


def session():
    """Whether the session is multiplexed, and what is done in it: calls by the number of the object and that of its method, with opcodes as arguments."""
    counted = lambda opcodes: bytes([len(opcodes)]) + opcodes
    call = lambda number, method, opcodes: bytes([5, number, method]) + counted(opcodes)
    arguments = [b'', b'K\1', b'\x8c\1kK\1', b']K\1a', b'\x88G\0\0\0\0\0\0\0\0', b'}\x8c\1aK\1s', b'K\1K\2K\3', b'\x8c\1a', b'(K\1K\2t', b'cbuiltins\nslice\n(K\0K\2NtR']
    programs = [b''.join(call(number, method, opcodes) for method in range(40)) for number in range(16) for opcodes in arguments]
    waits = [call(3, method, b'') for method in range(12)]
    programs += [wait + b'\2\5' + call(3, 9, b'K\1') for wait in waits] + [b'\3\2\0', b'\3\3\0', b'\1\5hello', b'\0\4\0\0\0\0']
    programs += [bytes([4, function]) + counted(opcodes) for function in range(9) for opcodes in [b'', b'\x8c\4list', b'\x8c\4listK\1']]
    return [bytes([form]) + program for form in (0, 1) for program in programs]


SEEDS = {'pickle': pickles, 'fragments': pickles, 'frames': frames, 'handshake': handshake, 'session': session}

if __name__ == '__main__':
    target, folder = sys.argv[1:]
    for number, seed in enumerate(SEEDS[target]()):
        with open(os.path.join(folder, 'seed-%03d' % number), 'wb') as file:
            file.write(seed)
