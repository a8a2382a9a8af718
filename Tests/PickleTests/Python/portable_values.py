# -*- coding: utf-8 -*-
"""Values that every Python knows, for sending them from one version to another."""

import collections
import datetime
import decimal
import fractions
import pickle
import sys
import uuid

from pickled_values import python2, read_frame, standard_output, write_frame

values = [
    None, True, 1, -5, 2 ** 40, -2 ** 63, 2 ** 70, 1.5, float('inf'), u'text', u'\xe9\u20ac', u'', [1, [2, []]], (), (1, 2, 3, 4), {u'a': 1, (1, 2): [3]}, set([1, 2]), set(),
    frozenset([u'a']), bytearray(b'\x00\xff'), complex(1, -2), decimal.Decimal('-1.50'), fractions.Fraction(1, 3), datetime.date(2024, 2, 29), datetime.date(1, 1, 1),
    datetime.datetime(2024, 2, 29, 23, 59, 59, 999999), datetime.time(1, 2, 3), datetime.timedelta(-1, 5), collections.OrderedDict([(u'b', 1), (u'a', 2)]),
    collections.deque([1, 2], 5), collections.Counter({u'a': 2}), collections.defaultdict(list, {u'a': [1]}), uuid.UUID(int=5), (xrange if python2 else range)(1, 10, 2),
    dict, list, set, object, (unicode if python2 else str), (xrange if python2 else range), (unichr if python2 else chr), len, ValueError, OSError, KeyError, collections.OrderedDict,
    datetime.datetime, decimal.Decimal, ValueError(u'a', 1), KeyError(u'k'), StopIteration(), [ValueError(u'a')],
]
if python2: raw = '\x00\xff bytes'
else: raw = b'\x00\xff bytes'


def same(left, right):
    if isinstance(left, BaseException): return type(left) is type(right) and left.args == right.args
    if isinstance(left, list) and left and isinstance(left[0], BaseException): return len(left) == len(right) and all(map(same, left, right))
    if type(left).__name__ in ('int', 'long') and type(right).__name__ in ('int', 'long'): return left == right
    if type(left).__name__ in ('xrange', 'range'): return type(left) is type(right) and list(left) == list(right)
    return type(left) is type(right) and left == right


def write():
    for value in values + [raw]: write_frame(pickle.dumps(value, min(pickle.HIGHEST_PROTOCOL, 4)))


def check():
    problems = []
    for value in values + [raw]:
        try:
            read = pickle.loads(read_frame())
            if not same(value, read): problems.append((value, read))
        except Exception as error: problems.append((value, error))
    assert not problems, problems
    standard_output.write(b'checked')
