# -*- coding: utf-8 -*-
"""Values of every kind that a pickle can hold, made at random. Runs on Python 2.7 and 3."""

import array
import collections
import datetime
import decimal
import fractions
import functools
import io
import pickle
import pickletools
import random
import struct
import sys
import uuid

python2 = sys.version_info[0] == 2
if python2:
    import cPickle
    chr = unichr
    def pure_dumps(value, protocol): return pickle.dumps(value, protocol)
    def c_dumps(value, protocol): return cPickle.dumps(value, protocol)
    integers, text, raw = (int, long), unicode, str
else:
    long = int
    def pure_dumps(value, protocol): return pickle._dumps(value, protocol)
    def c_dumps(value, protocol): return pickle.dumps(value, protocol)
    integers, text, raw = (int,), str, bytes


class Plain(object):
    pass

class Old:
    """An old-style class on Python 2."""

class OldWithArguments:
    def __init__(self, first=None, second=None):
        self.first, self.second = first, second
    def __getinitargs__(self):
        return (self.first, self.second)

class Slots(object):
    __slots__ = ('left', 'right')

class SlotsAndDictionary(Slots):
    pass

class State(object):
    def __getstate__(self): return ('state', self.__dict__.copy())
    def __setstate__(self, state): self.__dict__.update(state[1])

class NewArguments(object):
    def __new__(cls, *arguments):
        self = object.__new__(cls)
        self.arguments = arguments
        return self
    def __getnewargs__(self): return self.arguments

class NewKeywords(object):
    def __new__(cls, *arguments, **keywords):
        self = object.__new__(cls)
        self.arguments, self.keywords = arguments, keywords
        return self
    def __getnewargs_ex__(self): return self.arguments, self.keywords

class Reduced(object):
    def __init__(self, *arguments): self.arguments = arguments
    def __reduce__(self): return Reduced, self.arguments, self.__dict__

class Named(object):
    """Its hash is that of its state."""
    def __init__(self, name): self.name = name
    def __hash__(self): return hash(self.name)
    def __eq__(self, other): return self.name == other.name

class ReducedToName(object):
    def __reduce__(self): return 'singleton'

singleton = ReducedToName()

def set_state(target, state): target.__dict__.update(state)

class StateSetter(object):
    """Python 3.8 on: the state is given by a function, whose result is dropped."""
    def __reduce__(self): return StateSetter, (), self.__dict__.copy(), None, None, set_state

class ListOf(list):
    pass

class DictOf(dict):
    pass

class SetOf(set):
    pass

class FrozenSetOf(frozenset):
    pass

class TupleOf(tuple):
    pass

class TextOf(text):
    pass

class IntegerOf(int):
    pass

class Failure(Exception):
    pass

Point = collections.namedtuple('Point', 'x y')

if not python2:
    import enum
    class Colour(enum.Enum):
        RED = 1
        GREEN = 2
    class Outer:
        class Inner:
            pass


class Maker(object):
    """Makes random values; one seed, one sequence of values."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.made = []

    def value(self):
        self.made = []
        return self.any(self.random.randrange(6))

    def any(self, depth):
        if self.made and self.random.random() < 0.15:
            return self.random.choice(self.made)
        if depth <= 0 or self.random.random() < 0.25:
            value = self.random.choice(self.atoms)(self)
        else:
            value = self.random.choice(self.containers)(self, depth - 1)
        self.made.append(value)
        return value

    def some(self, depth):
        return [self.any(depth) for _ in range(self.random.choice([0, 1, 2, 3, 4, 5]))]

    def key(self):
        return self.random.choice(self.keys)(self)

    # Atoms

    def none(self): return None
    def boolean(self): return self.random.random() < 0.5
    def small(self): return self.random.randrange(-300, 70000)

    def edge(self):
        power = self.random.choice([7, 8, 15, 16, 31, 32, 62, 63, 64, 65, 127, 128])
        return self.random.choice([1, -1]) * (1 << power) + self.random.randrange(-2, 3)

    def huge(self): return self.random.choice([1, -1]) * self.random.getrandbits(self.random.choice([100, 500, 2032, 2040, 2048, 9000]))

    def number(self):
        return self.random.choice([
            0.0, -0.0, 1.5, -2.25, 1e300, 5e-324, float('inf'), float('-inf'), float('nan'),
            self.random.random(), self.random.uniform(-1e10, 1e10)])

    def string(self):
        alphabet = self.random.choice([
            u'abcdefgh xyz', u'\x00\r\n\t\\\'"\x1a\x7f', u'\xe9\xff\x80', u'\u4e2d\u6587\u20ac\u2028', u'\U0001f600\U00010348a', u'\ud800\udfffz', u'\\u0041\\'])
        count = self.random.choice([0, 1, 2, 3, 4, 10, 30, 85, 128, 255, 256, 300])
        return u''.join(self.random.choice(list_of(alphabet)) for _ in range(count))

    def long_string(self): return u'long' * self.random.choice([64, 5000, 20000])

    def bytes(self):
        count = self.random.choice([0, 1, 2, 3, 4, 10, 255, 256, 300])
        return struct.pack('%dB' % count, *[self.random.randrange(256) for _ in range(count)])

    def ascii(self): return b'ascii ' * self.random.randrange(60)
    def bytearray(self): return bytearray(self.bytes())
    def complex(self): return complex(self.random.randrange(9), 1.5)
    def named(self):
        return self.random.choice([len, dict, int, text, Plain, Failure, collections.OrderedDict, ValueError, functools.reduce, range, singleton, decimal.Decimal])
    def ellipsis(self): return Ellipsis if not python2 else None
    def date(self): return datetime.datetime(2020, 1, self.random.randrange(1, 29), 3, 4, 5, self.random.randrange(1000000))
    def decimal(self): return decimal.Decimal('1.%d' % self.random.randrange(10000))
    def fraction(self): return fractions.Fraction(self.random.randrange(100), 7)
    def uuid(self): return uuid.UUID(int=self.random.getrandbits(128))
    def range(self): return range(self.random.randrange(10), 20, 3)
    def slice(self): return slice(1, None, 2) if not python2 else 0
    def array(self): return array.array('i', [self.random.randrange(1000) for _ in range(4)])
    def colour(self): return Colour.GREEN if not python2 else 0
    def inner(self): return Outer.Inner if sys.version_info >= (3, 4) else 0

    # Containers

    def list(self, depth): return self.some(depth)
    def tuple(self, depth): return tuple(self.some(depth))

    def dict(self, depth):
        return dict((self.key(), self.any(depth)) for _ in range(self.random.randrange(6)))

    def set(self, depth): return set(self.key() for _ in range(self.random.randrange(6)))
    def frozenset(self, depth): return frozenset(self.key() for _ in range(self.random.randrange(6)))

    def recursive_list(self, depth):
        value = self.some(depth)
        value.insert(self.random.randrange(len(value) + 1), value)
        return value

    def recursive_tuple(self, depth):
        inner = self.some(depth)
        value = (inner, self.any(depth), 7)[:self.random.randrange(1, 4)]
        inner.append(value)
        return value

    def long_recursive_tuple(self, depth):
        inner = {}
        value = (1, inner, 3, inner, self.any(depth))
        inner['back'] = value
        return value

    def recursive_dict(self, depth):
        value = self.dict(depth)
        value['self'] = value
        value['list'] = [value]
        return value

    def recursive_instance(self, depth):
        value = Plain()
        value.me = value
        value.us = [value, (value,)]
        return value

    def recursive_set(self, depth):
        # Below protocol 4 Python 3 cannot write it.
        value = Plain()
        value.us = {value: [value]}
        return value

    def recursive_frozenset(self, depth):
        value = Plain()
        value.us = frozenset([value, 1])
        value.ours = set([value, value.us])
        return self.random.choice([value, value.us, value.ours])

    def recursive_call(self, depth):
        # Objects that can be made only when their arguments are there, and those lead back to them.
        inner, entries, member = [], {}, Plain()
        value = self.random.choice([
            lambda: Reduced(inner, 1), lambda: Failure(inner), lambda: NewArguments(entries, inner),
            lambda: functools.partial(max, inner, key=entries), lambda: SetOf([member]), lambda: TupleOf([inner, entries, member])])()
        inner.append(value)
        entries['back'] = [value, (value, entries)]
        member.owner = value
        return self.random.choice([value, inner, entries, member])

    def tuple_of_many(self, depth):
        value = tuple(self.random.choice([list, Plain, dict])() for _ in range(self.random.randrange(2, 20)))
        for part in value: self.fill(part, [value, part])
        return value

    def graph(self, depth):
        """Objects that lead to each other at random."""
        choice, some = self.random.choice, lambda: [self.random.choice(made) for _ in range(self.random.randrange(1, 4))]
        made = [choice([list, dict, Plain, ListOf, DictOf, Failure, State, collections.deque])() for _ in range(self.random.randrange(1, 6))]
        mutable = list(made)
        for _ in range(self.random.randrange(6)):
            made.append(choice([tuple, TupleOf, lambda parts: Reduced(*parts), lambda parts: NewArguments(*parts)])(some()))
        for part in mutable: self.fill(part, some())
        return choice(made)

    def fill(self, value, parts):
        if isinstance(value, (list, collections.deque)): value.extend(parts)
        elif isinstance(value, dict): value.update(zip('abcd', parts))
        else: value.__dict__.update(zip('abcd', parts))

    def instance(self, depth):
        value = self.random.choice([Plain, Old, State, Reduced, SlotsAndDictionary, DictOf, ListOf, SetOf, Failure])()
        for name in 'abc'[:self.random.randrange(4)]: setattr(value, name, self.any(depth))
        return value

    def old_instance(self, depth): return OldWithArguments(self.any(depth), self.any(0))

    def slots(self, depth):
        value = Slots()
        value.left = self.any(depth)
        return value

    def new_arguments(self, depth): return NewArguments(*self.some(depth))

    def new_keywords(self, depth):
        return NewKeywords(*self.some(depth), name=self.any(depth)) if not python2 else None

    def state_setter(self, depth):
        if sys.version_info < (3, 8): return None
        value = StateSetter()
        value.content = self.any(depth)
        return value

    def subclass(self, depth):
        return self.random.choice([
            lambda: ListOf(self.some(depth)), lambda: TupleOf(self.some(depth)),
            lambda: DictOf(self.dict(depth)), lambda: SetOf(self.set(depth)), lambda: FrozenSetOf(self.set(depth)),
            lambda: TextOf(u'text'), lambda: IntegerOf(5), lambda: Point(self.any(depth), 2),
            lambda: collections.OrderedDict(self.dict(depth)), lambda: collections.deque(self.some(depth), 9),
            lambda: collections.defaultdict(list, self.dict(depth)), lambda: collections.Counter(u'hello')])()

    def exception(self, depth):
        value = self.random.choice([ValueError, KeyError, Failure, OSError, UnicodeError])(*self.some(depth))
        value.note = self.any(depth)
        return value

    def partial(self, depth): return functools.partial(max, self.any(depth), key=len)

    atoms = [
        none, boolean, small, small, edge, huge, number, number, string, string, string, long_string, bytes, bytes, ascii, bytearray,
        complex, named, ellipsis, date, decimal, fraction, uuid, range, slice, array, colour, inner]
    keys = [none, small, edge, number, string, string, bytes, ascii, date, decimal, fraction, colour, named]
    containers = [
        list, list, list, tuple, tuple, tuple, dict, dict, dict, set, frozenset, recursive_list, recursive_tuple,
        long_recursive_tuple, recursive_dict, recursive_instance, recursive_set,
        recursive_frozenset, recursive_call, recursive_call, tuple_of_many, graph, graph, graph, graph, instance, instance, old_instance, slots, new_arguments,
        new_keywords, state_setter, subclass, subclass, exception, partial]


def list_of(characters):
    """The characters of a text, surrogate pairs of a narrow Python 2 kept together."""
    return list(characters)


def pickles(values):
    """Every value at every protocol by both picklers; what a pickler refuses is left out."""
    for value in values:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            for dumps in (c_dumps, pure_dumps):
                try:
                    data = dumps(value, protocol)
                    pickle.loads(data)
                except Exception:  # Python itself cannot write it, or cannot read what it wrote.
                    continue
                yield protocol, data


# Comparing

def difference(left, right):
    """Where two values differ in type, content or identity of their parts; None when they do not."""
    forward, backward, pending = {}, {}, [(left, right, 'value')]
    keep = []
    while pending:
        left, right, path = pending.pop()
        if isinstance(left, integers) and not isinstance(left, bool) and type(left) in integers and type(right) in integers:
            if left != right: return '%s: %r is not %r' % (path, left, right)
            continue
        if type(left) is not type(right): return '%s: %r is not %r' % (path, type(left), type(right))
        if id(left) in forward:
            if forward[id(left)] != id(right): return '%s: no longer the same object: %r' % (path, type(left))
            continue
        if has_identity(left):
            if id(right) in backward: return '%s: became the same object: %r' % (path, type(left))
            forward[id(left)], backward[id(right)] = id(right), id(left)
        elif isinstance(left, (tuple, text, raw)) and len(left) > 3:
            forward[id(left)] = id(right)
        keep.append((left, right))
        problem = unequal(left, right, path, pending)
        if problem: return problem


def has_identity(value):
    return isinstance(value, (list, dict, set, bytearray, collections.deque)) or hasattr(value, '__dict__') and not isinstance(value, type)


def unequal(left, right, path, pending):
    def more(kind, a, b): pending.append((a, b, path + kind))
    if isinstance(left, float):
        if struct.pack('d', left) != struct.pack('d', right) and (left == left or right == right):
            return '%s: %r is not %r' % (path, left, right)
    elif isinstance(left, (list, tuple, collections.deque)):
        if len(left) != len(right): return '%s: %d elements are not %d' % (path, len(left), len(right))
        for index, (a, b) in enumerate(zip(left, right)): more('[%d]' % index, a, b)
    elif isinstance(left, (set, frozenset)):
        # NaN is no equal of itself, and keys that are instances neither.
        if len(left) != len(right): return '%s: %d elements are not %d' % (path, len(left), len(right))
        if sorted(map(short, left)) != sorted(map(short, right)): return '%s: %s is not %s' % (path, left, right)
    elif isinstance(left, dict):
        if len(left) != len(right): return '%s: %d entries are not %d' % (path, len(left), len(right))
        for (k, a), (l, b) in zip(ordered(left), ordered(right)):
            more('.key', k, l)
            more('[%s]' % short(k), a, b)
    elif isinstance(left, (complex, raw, bytearray, text, type(None), bool, type, decimal.Decimal, fractions.Fraction, array.array, uuid.UUID, datetime.datetime)):
        if left != right and short(left) != short(right): return '%s: %s is not %s' % (path, short(left), short(right))
    if isinstance(left, BaseException): more('.args', left.args, right.args)
    if isinstance(left, functools.partial):
        more('.partial', (left.func, left.args, left.keywords), (right.func, right.args, right.keywords))
    if isinstance(left, Slots) and hasattr(left, 'left'): more('.left', left.left, right.left)
    if not isinstance(left, type) and isinstance(getattr(left, '__dict__', None), dict) and not callable(left):
        for name in sorted(set(left.__dict__) | set(right.__dict__)):
            if name not in left.__dict__ or name not in right.__dict__: return '%s: attribute %s is missing' % (path, name)
            more('.' + name, left.__dict__[name], right.__dict__[name])


def ordered(entries):
    """In insertion order where there is one."""
    return list(entries.items()) if sys.version_info >= (3, 7) else sorted(entries.items(), key=lambda entry: short(entry[0]))


def short(value):
    """What a key looks like, without addresses."""
    if isinstance(value, (set, frozenset)): return type(value).__name__ + repr(sorted(map(short, value)))
    if has_identity(value) and not isinstance(value, BaseException) and type(value).__module__ == __name__ and not isinstance(value, (list, dict, tuple)):
        return type(value).__name__
    return type(value).__name__.replace('long', 'int') + repr(value).rstrip('L')


# Frames: a length in four bytes, lowest first, and the bytes.

standard_input = getattr(sys.stdin, 'buffer', sys.stdin)
standard_output = getattr(sys.stdout, 'buffer', sys.stdout)

def write_frame(data): standard_output.write(struct.pack('<I', len(data)) + data)

def read_frame():
    head = standard_input.read(4)
    return standard_input.read(struct.unpack('<I', head)[0]) if len(head) == 4 else None

def listing(data):
    """What pickletools makes of a pickle; raises when it is none."""
    pickletools.dis(data, io.BytesIO() if python2 else io.StringIO())
