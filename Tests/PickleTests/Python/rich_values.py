# -*- coding: utf-8 -*-
"""One value of each kind that programs send each other. Runs on Python 2.7 and 3."""

import array
import collections
import datetime
import decimal
import fractions
import functools
import operator
import pickle
import re
import struct
import sys
import time
import uuid

from pickled_values import (
    DictOf, Failure, FrozenSetOf, IntegerOf, ListOf, NewArguments, Old, Plain, Point, Reduced, SetOf, Slots, SlotsAndDictionary, State,
    TextOf, TupleOf, python2, read_frame, standard_output, write_frame)

if not python2:
    import enum, ipaddress, pathlib, types
    from pickled_values import Colour, NewKeywords, Outer, StateSetter

    class Flags(enum.IntFlag):
        READ = 1
        WRITE = 2

    class Number(int, enum.Enum):
        ONE = 1

    class Zone(datetime.tzinfo):
        def utcoffset(self, moment): return datetime.timedelta(hours=3)
        def dst(self, moment): return None
        def __eq__(self, other): return type(other) is Zone

if sys.version_info >= (3, 7):
    import dataclasses

    # Not as classes are written, which Python 2 could not read.
    Order = dataclasses.make_dataclass('Order', [('item', str), ('count', int, 1), ('notes', list, dataclasses.field(default_factory=list))])
    Key = dataclasses.make_dataclass('Key', ['name'], frozen=True)
    Order.__module__ = Key.__module__ = __name__


def with_attributes(value, **attributes):
    for name in attributes: setattr(value, name, attributes[name])
    return value


def function(): pass


day = datetime.date(2024, 2, 29)
moment = datetime.datetime(2024, 2, 29, 23, 59, 59, 999999)
shared = [1, 'shared']

values = [
    complex(1.5, -2), decimal.Decimal('-1.50E+10'), decimal.Decimal('NaN'), fractions.Fraction(-3, 7), uuid.UUID(int=5), day, moment, moment.time(),
    datetime.timedelta(-1, 5, 6), collections.OrderedDict([('b', 1), ('a', 2)]), collections.defaultdict(list, a=[1]), collections.Counter('hello'),
    collections.deque([1, 2, 3], 5), collections.deque('ab'), Point(1, 2), (range if not python2 else xrange)(0, 10, 3), slice(1, None, -1) if not python2 else 0,
    array.array('d', [1.5, 2.5]), array.array('i', [-1]), re.compile('a+b', re.I), functools.partial(max, 1, key=len), operator.itemgetter(1), time.gmtime(0),
    int, dict, Plain, Failure, ValueError, len, function, max, {'a': Plain, 'b': len},
    with_attributes(ValueError('a', 2), note=shared), KeyError('k'), OSError(2, 'No such file', 'name'), with_attributes(Failure(1), more={'x': 1}),
    UnicodeDecodeError('utf-8', b'\xff', 0, 1, 'invalid'), StopIteration(5), ValueError(KeyError(1)),
    with_attributes(Plain(), a=1, us=[shared, shared]), with_attributes(Slots(), left=1, right=[2]), with_attributes(SlotsAndDictionary(), left=1, other=2),
    with_attributes(State(), a=1), NewArguments(1, 'two'), Reduced(1, [2]), ListOf([1, 2]), DictOf(a=1), SetOf([1, 2]), FrozenSetOf([1]), TupleOf([1, 2]), TextOf('t'),
    IntegerOf(7), with_attributes(ListOf([1]), name='n'), (shared, shared, {'s': shared}), bytearray(b'\x00\xff'), [b'\x00\xff', u'\xe9\u20ac'], 2 ** 100, -2 ** 63, None, True,
    {1: 'one', (1, 2): 'two', frozenset([3]): 'three'}, set([1, 'a']), frozenset([b'x']),
]
if not python2:
    values += [
        Colour.GREEN, Flags.READ | Flags.WRITE, Number.ONE, Colour, Outer.Inner, Outer.Inner.__name__, NewKeywords(1, name=2), Ellipsis, NotImplemented, type(None),
        moment.replace(tzinfo=datetime.timezone.utc), moment.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=-5), 'EST')), moment.replace(tzinfo=Zone()),
        moment.time().replace(tzinfo=datetime.timezone.utc), moment.replace(fold=1), datetime.timezone.utc, pathlib.PurePosixPath('/a/b'),
        ipaddress.ip_network('10.0.0.0/8'), types.SimpleNamespace(a=1, b=[2]), collections.ChainMap({'a': 1}, {'b': 2}), '\ud800', [Plain().__init__.__name__],
        bytes.fromhex, datetime.datetime.fromtimestamp, str.upper, FileNotFoundError(2, 'No such file', 'name'),
    ]
if sys.version_info >= (3, 7): values += [Order('tea', 2, [shared]), Key('k'), {Key('k'): Order('a')}]
if sys.version_info >= (3, 8): values += [with_attributes(StateSetter(), content=shared)]
if sys.version_info >= (3, 11): values += [ExceptionGroup('group', [ValueError(1), KeyError(2)]), with_attributes(ValueError('n'), __notes__=['note'])]

try:
    import numpy
    values += [
        numpy.arange(6, dtype='f8').reshape(2, 3), numpy.array(['a', 'bc']), numpy.array([1, None, 'x'], dtype=object), numpy.float64(1.5), numpy.int32(7),
        numpy.zeros((0, 3)), numpy.asfortranarray(numpy.eye(3)), numpy.array([(1, 2.5)], dtype=[('a', 'i4'), ('b', 'f8')]), numpy.dtype('>i2'),
        numpy.array(5), numpy.datetime64('2024-02-29'), numpy.ma.array([1, 2], mask=[0, 1]), numpy.bool_(True), numpy.arange(10000), {'x': numpy.ones(3)},
    ]
except ImportError:
    numpy = None


def writable():
    """The indices of the values that this Python can pickle at a protocol, with a request that has one twice."""
    for index, value in enumerate(values):
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            try:
                data = pickle.dumps(('7f', 'put', (value, [value]), {}), protocol)
                pickle.loads(data)
            except Exception: continue  # No business of ours: this Python cannot.
            yield index, protocol, data


def same(left, right):
    """Whether two values are the same to a program."""
    if type(left) is not type(right): return False
    if isinstance(left, (type, type(len), type(function))) and not getattr(left, '__self__', None): return left is right
    if numpy is not None and isinstance(left, numpy.ma.MaskedArray): return left.dtype == right.dtype and repr(left) == repr(right)
    if numpy is not None and isinstance(left, numpy.ndarray):
        if left.dtype != right.dtype or left.shape != right.shape or left.flags.f_contiguous != right.flags.f_contiguous: return False
        return left.tolist() == right.tolist()
    if isinstance(left, BaseException): return same(left.args, right.args) and same(left.__dict__, right.__dict__) and str(left) == str(right)
    if isinstance(left, functools.partial): return same((left.func, left.args, left.keywords), (right.func, right.args, right.keywords))
    if isinstance(left, collections.defaultdict) and left.default_factory is not right.default_factory: return False
    if isinstance(left, collections.OrderedDict): return same(list(left.items()), list(right.items()))
    if isinstance(left, collections.deque) and left.maxlen != right.maxlen: return False
    if isinstance(left, (list, tuple, collections.deque)):
        return len(left) == len(right) and all(map(same, left, right)) and (
            not attributes(left) or same(attributes(left), attributes(right)))
    if isinstance(left, dict):
        return len(left) == len(right) and all(key in right and same(left[key], right[key]) for key in left) and (
            not attributes(left) or same(attributes(left), attributes(right)))
    if isinstance(left, decimal.Decimal): return str(left) == str(right)
    if isinstance(left, datetime.datetime): return left == right and repr(left.tzinfo).split(' at ')[0] == repr(right.tzinfo).split(' at ')[0] and getattr(left, 'fold', 0) == getattr(right, 'fold', 0)
    if left == right or repr(left) == repr(right): return True
    return bool(attributes(left)) and same(attributes(left), attributes(right))


def attributes(value):
    names = set(getattr(value, '__dict__', ()))
    for kind in type(value).__mro__: names |= set(name for name in getattr(kind, '__slots__', ()) if hasattr(value, name) and not name.startswith('__'))
    return dict((name, getattr(value, name)) for name in names)


def check():
    """Reads index, protocol and reply; says how many are the same."""
    count, problems = 0, []
    while True:
        frame = read_frame()
        if frame is None: break
        index, protocol, written = struct.unpack('BBB', frame[:3])
        count += 1
        try:
            kind, (value, again) = pickle.loads(frame[3:])
            # Some things get lost at low protocols, by Python itself.
            original = pickle.loads(pickle.dumps(values[index], protocol))
            good = kind == '#RETURN' and same(original, value) and same([original], again)
            if not good: problems.append((index, protocol, written, repr(values[index])[:200], repr(value)[:200]))
        except Exception as error:
            problems.append((index, protocol, written, repr(values[index])[:200], repr(error)[:300]))
    for problem in problems[:12]: sys.stderr.write('%r\n' % (problem,))
    assert not problems, '%d of %d differ' % (len(problems), count)
    standard_output.write(('%d %s' % (count, 'numpy' if numpy is not None else '-')).encode())
