"""Random values of Python's built-in and well-known types, and a comparable description of what comes back."""
from __future__ import print_function

import collections
import datetime
import decimal
import fractions
import re
import sys

PYTHON2 = sys.version_info < (3,)
if PYTHON2:
    range = xrange  # noqa: F821
    text_type, long_type = unicode, long  # noqa: F821
else:
    range, text_type, long_type = range, str, int

INTEGERS = [0, 1, -1, 2, 3, -2, 5, 7, 10, 127, 255, 256, 65535, 1 << 31, -(1 << 31), (1 << 31) - 1, (1 << 63) - 1, -(1 << 63),
            1 << 63, 1 << 64, -(1 << 64) - 1, 10 ** 30, -10 ** 40]
INTEGERS = [int(number) for number in INTEGERS]  # in Python 2 no `long` where an `int` will do
FLOATS = [0.0, -0.0, 1.0, 2.0, 0.1, -1.5, 1e16, 1e-7, 1e300, 123456789.125, float('inf'), float('-inf'), float('nan')]
TEXTS = [u'', u'a', u'b', u'key', u"it's", u'say "so"', u'\n\t\\', u'\x00\x7f', u'h\xe9', u'\u20ac', u'\U0001f600', u'\ud800', u'a\udfffb', u'1']
BYTES = [b'', b'a', b'ab', b'\x00\xff', b"'", b'\n']
DATES = [datetime.date(2020, 2, 29), datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.datetime(2020, 1, 2, 3, 4, 5, 678900),
         datetime.time(1, 2), datetime.timedelta(0), datetime.timedelta(1, 2, 3)]
DECIMALS = [decimal.Decimal(text) for text in ('0', '1', '1.0', '-2.50', '1E+5', 'Infinity')]


def integer(rng):
    """Mostly what makes a good index."""
    return rng.choice(INTEGERS) if rng.random() < 0.15 else rng.randrange(-6, 7)


def key(rng, depth=1):
    """A value that can be hashed."""
    kind = rng.randrange(12)
    if kind < 4:
        return rng.randrange(4)
    if kind == 4:
        return rng.choice(INTEGERS)
    if kind == 5:
        return rng.choice(FLOATS[:-1])
    if kind < 8:
        return rng.choice(TEXTS)
    if kind == 8:
        return rng.choice(BYTES)
    if kind == 9:
        return rng.choice([None, True, False])
    if kind == 10:
        return rng.choice(DATES + DECIMALS)
    if depth == 0:
        return u'k'
    if rng.random() < 0.3:
        return frozenset(small_numbers(rng))
    return tuple(key(rng, depth - 1) for _ in range(rng.randrange(3)))


def small_numbers(rng):
    """Numbers whose order in a set is the same in every process."""
    return rng.sample([0, 1, 2, 3, 4, 5, 6, 7], rng.randrange(4))


def atom(rng):
    kind = rng.randrange(10)
    if kind < 3:
        return integer(rng)
    if kind == 3:
        return rng.choice(FLOATS)
    if kind < 6:
        return rng.choice(TEXTS)
    if kind == 6:
        return rng.choice(BYTES)
    if kind == 7:
        return rng.choice([None, True, False])
    if kind == 8:
        return rng.choice(INTEGERS)
    return rng.choice(DATES + DECIMALS)


def rare(rng):
    """Values that are data of classes, of those whose `repr` a server knows that runs no Python."""
    return rng.choice([
        lambda: bytearray(rng.choice(BYTES)), lambda: complex(rng.choice(FLOATS[:6]), rng.choice(FLOATS[:6])), lambda: range(3),
        lambda: slice(1, None, 2), lambda: fractions.Fraction(1, 3), lambda: len, lambda: int,
        lambda: collections.OrderedDict([(1, 2)]), lambda: collections.deque([1, 2]),
        lambda: ValueError(u'x', 1), lambda: KeyError(3), lambda: NotImplemented if not PYTHON2 else None, lambda: Ellipsis if not PYTHON2 else None,
        lambda: type(None) if not PYTHON2 else None, lambda: collections.defaultdict(int, {1: 2}), lambda: object,
        lambda: datetime.datetime(2020, 1, 1) if PYTHON2 else datetime.timezone.utc,
    ])()


def value(rng, depth=2):
    kind = rng.randrange(20)
    if depth == 0 or kind < 13:
        return atom(rng)
    size = rng.randrange(4)
    if kind == 13:
        return [value(rng, depth - 1) for _ in range(size)]
    if kind == 14:
        return tuple(value(rng, depth - 1) for _ in range(size))
    if kind == 15:
        return dict((key(rng), value(rng, depth - 1)) for _ in range(1 if PYTHON2 else size))
    if kind == 16:
        return set(small_numbers(rng))
    if kind == 17:
        return frozenset(small_numbers(rng))
    if kind == 18:
        shared = [rng.randrange(3)]
        return [shared, shared] if rng.random() < 0.5 else (shared, {u's': shared})
    return rare(rng)


def iterable(rng):
    """What a `list` can be made of, mostly."""
    if rng.random() < 0.12:
        return value(rng)
    items = [value(rng, 1) for _ in range(rng.randrange(5))]
    return rng.choice([lambda: items, lambda: tuple(items), lambda: range(rng.randrange(-3, 6)), lambda: u'abc', lambda: b'xyz',
                       lambda: set(small_numbers(rng)), lambda: {rng.randrange(3): 1}, lambda: collections.deque(items)])()


ATOMS = (type(None), bool, int, long_type, float, complex, bytes, text_type, bytearray)


def describe(item, identity=False):
    """A text that is the same for two values that no program can tell apart.

    identity: whether it matters which parts are one object.
    """
    return _describe(item, {} if identity else None, 0)


def _describe(item, seen, depth):
    kind = type(item)
    if kind in ATOMS:
        return repr(item) if kind is not long_type or not PYTHON2 else '%dL' % item
    if depth > 60:
        return '...'
    if seen is not None and kind in (list, dict, set):
        if id(item) in seen:
            return '<same %d>' % seen[id(item)]
        seen[id(item)] = len(seen)

    def parts(items):
        return ', '.join([_describe(part, seen, depth + 1) for part in items])

    if kind is list:
        return '[%s]' % parts(item)
    if kind is tuple:
        return '(%s,)' % parts(item)
    if kind is dict:
        pairs = ['%s: %s' % (parts([name]), parts([content])) for name, content in item.items()]
        return '{%s}' % ', '.join(sorted(pairs) if PYTHON2 else pairs)
    if kind in (set, frozenset):
        return '%s{%s}' % (kind.__name__, ', '.join(sorted([_describe(part, None, depth + 1) for part in item])))
    if isinstance(item, BaseException):
        more = dict(vars(item), **dict((name, getattr(item, name)) for name in ('name',) if hasattr(item, name)))
        return '%s.%s(%s)%s' % (kind.__module__, kind.__name__, parts(item.args), parts([more]) if more else '')
    if kind.__name__.endswith('iterator'):
        return '%s %s' % (kind.__name__, parts(list(item)))
    text = re.sub('0x[0-9a-f]+', '0x', repr(item))
    state = getattr(item, '__dict__', None) if kind.__module__ == 'multiprocessing.managers' else None
    return '%s.%s %s%s' % (kind.__module__, kind.__name__, text, parts([state]) if state is not None else '')
