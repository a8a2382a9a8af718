"""Writes small pickles of every protocol into a folder, for the fuzzer to start from."""

import collections
import datetime
import decimal
import fractions
import pickle
import sys

loop = []
loop.append((loop, {'loop': loop}))
values = [
    None, True, -1, 2 ** 70, 1.5, 'text', '\ud800', b'bytes', bytearray(b'array'), (1, 2, 3, 4), [1, [2]], {'a': (1,)}, {1, 2}, frozenset([3]), loop,
    complex(1, 2), decimal.Decimal('1.50'), fractions.Fraction(1, 3), datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc),
    collections.OrderedDict(a=1), collections.deque([1], 2), collections.Counter('ab'), ValueError('a'), range(3), len,
    ('7f', 'put', ([1], 'shared'), {'block': True}),
]
for number, value in enumerate(values):
    for protocol in range(6):
        with open('%s/seed-%02d-%d' % (sys.argv[1], number, protocol), 'wb') as file:
            file.write(pickle.dumps(value, protocol))
