"""Random sequences of calls for each type that a manager's server holds: right ones mostly, and every kind of wrong one."""
from __future__ import print_function

import collections
import sys

from values import PYTHON2, integer, iterable, key, range, rare, small_numbers, value

Call = collections.namedtuple('Call', 'session target method arguments keywords')
"""session: which of the client's two connections. target: 'object', or 'proxy' for what the latest `#PROXY` gave."""

Sequence = collections.namedtuple('Sequence', 'typeid arguments keywords calls')
"""An object to create, and the calls of it."""


class Kind(object):
    """How the calls of one type are made.

    create: gives the arguments of the constructor.
    methods: for each method, what gives right arguments.
    waits: the methods that could wait; their arguments are not spoilt at random.
    sessions: how many connections take part.
    typeid: what is created, when it is not what the kind is named after.
    spoils: whether arguments of the constructor are spoilt at random, too.
    target: what is called: the object, or an object that its first call returns.
    identity: whether one object of its values is one object when it comes back.
    """

    def __init__(self, create, methods, waits=(), sessions=1, opening=None, target='object', identity=False, names=(), ordered=True,
                 typeid=None, spoils=True):
        self.create, self.methods, self.waits, self.sessions = create, methods, waits, sessions
        self.opening, self.target, self.identity, self.names, self.ordered = opening, target, identity, names, ordered
        self.typeid, self.spoils = typeid, spoils


def sequence(rng, typeid, exposed):
    """A random sequence. exposed: the methods that may be called."""
    kind = KINDS[typeid]
    arguments, keywords = _arguments(rng, kind.create)
    if rng.random() < 0.03 and kind.spoils:
        arguments, keywords = _spoilt(rng, arguments, keywords, ())
    calls = [] if kind.opening is None else [Call(0, 'object', kind.opening, (), {})]
    names = [name for name in kind.methods if name in exposed]
    for _ in range(rng.randrange(2, 14)):
        session = rng.randrange(kind.sessions)
        calls.append(_call(rng, kind, rng.choice(names), session))
    return Sequence(typeid, arguments, keywords, calls)


def _call(rng, kind, method, session):
    chance = rng.random()
    if chance < 0.08:
        return Call(session, kind.target, rng.choice(FALLBACKS), (), {})
    if chance < 0.085:
        return Call(session, kind.target, rng.choice(['nonesuch', '__class__', u'h\xe9'] if not PYTHON2 else ['nonesuch', '__class__']), (), {})
    arguments, keywords = _arguments(rng, kind.methods[method])
    if rng.random() < 0.12:
        if method not in kind.waits:
            arguments, keywords = _spoilt(rng, arguments, keywords, kind.names)
        elif rng.random() < 0.5:
            arguments, keywords = arguments + (False, 0, 0, 0), {}
        else:
            keywords = dict(keywords, nonesuch=1)
    if method == 'sort' and any(callable(argument) for argument in arguments):
        arguments = ()  # a function would be run, which our server refuses
    return Call(session, kind.target, method, arguments, keywords)


FALLBACKS = ['__str__', '__repr__', '#GETVALUE']


def _arguments(rng, make):
    made = make(rng)
    # Two arguments, the second of which is a dictionary, are taken for arguments by position and by name where that is possible.
    both = len(made) == 2 and isinstance(made[0], tuple) and isinstance(made[1], dict) and all(_is_name(name) for name in made[1])
    return made if both else (made, {})


def _is_name(value):
    """Whether an argument may have this name, which for the server is text."""
    return type(value) is str and (not PYTHON2 or all(character < '\x80' for character in value))


def _spoilt(rng, arguments, keywords, names):
    """Arguments that are wrong, most likely."""
    how = rng.randrange(6)
    if how == 0 and arguments:
        return arguments[:-1], keywords
    if how == 1:
        return arguments + tuple(value(rng, 1) for _ in range(rng.randrange(1, 3))), keywords
    if how == 2:
        return arguments, dict(keywords, nonesuch=value(rng, 1))
    if how == 3 and arguments and names:
        return arguments[:-1], dict(keywords, **{rng.choice(names): arguments[-1]})
    if how == 4 and arguments:
        position = rng.randrange(len(arguments))
        return arguments[:position] + (rare(rng) if rng.random() < 0.3 else value(rng, 1),) + arguments[position + 1:], keywords
    return (), keywords


def some(*makers):
    """One of the arguments that these make."""
    return lambda rng: rng.choice(makers)(rng)


def none(rng):
    return ()


def one(make):
    return lambda rng: (make(rng),)


def two(first, second):
    return lambda rng: (first(rng), second(rng))


def constant(*arguments, **keywords):
    return lambda rng: (arguments, keywords)


def any_slice(rng):
    parts = [None if rng.random() < 0.3 else integer(rng) for _ in range(3)]
    if rng.random() < 0.6:
        parts[2] = rng.choice([None, 1, -1, 2, -2, 0, None, None])
    if rng.random() < 0.04:
        parts[rng.randrange(3)] = rng.choice([u'a', 1.0, True, []])
    return slice(*parts)


def index(rng):
    return any_slice(rng) if rng.random() < 0.35 else integer(rng)


def any_key(rng):
    """Mostly what can be hashed."""
    return key(rng) if rng.random() < 0.93 else rng.choice([[], {}, set(), bytearray(b''), (1, []), slice(1)])


def pairs(rng):
    chance = rng.random()
    if chance < 0.4:
        return dict((key(rng), value(rng, 1)) for _ in range(rng.randrange(1 if PYTHON2 else 4)))
    if chance < 0.8:
        return rng.choice([list, tuple])([(key(rng), value(rng, 1)) for _ in range(rng.randrange(4))])
    return rng.choice([5, None, [1], [(1,)], [u'ab', u'cd'], u'ab', [(1, 2, 3)], [[1, 2], 3], [([], 1)], [(1, 2), ([], 1)], {}, [{1, 2}], [b'xy'], u'', 1.5])


def update_arguments(rng):
    keywords = dict((rng.choice('abd'), value(rng, 1))  # not `c`, which CPython's `create` has for itself
                     for _ in range(rng.randrange(2)))
    return ((pairs(rng),) if rng.random() < 0.8 else ()), keywords


def of_one_key(make):
    """Arguments of a `dict` that has one key at most: of more, Python 2's order is one that no other program can know."""
    def made(rng):
        while True:
            arguments, keywords = _arguments(rng, make)
            if len(keywords) + sum([len(source) for source in arguments if hasattr(source, '__len__')]) < 2:
                return arguments, keywords
    return made


def keyword(rng):
    """A name, which in Python 2 cannot be a `unicode`."""
    return str(rng.choice(['x', 'y', 'long_name', '_hidden', 'z']) if PYTHON2 else name(rng))


def name(rng):
    return rng.choice(['x', 'y', 'x', 'y', 'long_name', '_hidden', u'h\xe9', 'z'])


def comparable(rng):
    """Elements that can be sorted, mostly."""
    return rng.choice([
        lambda: [rng.randrange(5) for _ in range(rng.randrange(6))], lambda: [rng.choice([1, 2.5, True, 1 << 70, -3, 0.1]) for _ in range(rng.randrange(6))],
        lambda: [rng.choice([u'a', u'b', u'', u'\xe9', u'\U0001f600', u'\uffff']) for _ in range(rng.randrange(6))],
        lambda: [rng.choice([(1,), (1, 2), (), (0, u'x')]) for _ in range(rng.randrange(6))], lambda: [[2], [1, 3], []], lambda: [b'b', b'a'],
        lambda: [value(rng, 1) for _ in range(rng.randrange(4))]])()


def sort_arguments(rng):
    return rng.choice([((), {}), ((), {}), ((), {'reverse': True}), ((), {'reverse': rng.choice([0, 1, False, 5])}),
                       ((), {'key': None}), ((), {'key': None, 'reverse': True})])


def without_wait(rng):
    return rng.choice([((False,), {}), ((True, 0), {}), ((0,), {}), ((False, None), {}), ((True, -1.5), {}), ((), {'block': False}), ((), {'timeout': 0}),
                       ((False, 5), {}), ((True, 0.001), {}), ((True, u'x'), {}), ((True,), {'timeout': 0}), ((), {'block': True, 'timeout': -1})])


def put_arguments(rng):
    arguments, keywords = without_wait(rng)
    if rng.random() < 0.1:
        return arguments[:0], dict(keywords, item=value(rng), block=False)
    return (value(rng),) + arguments, keywords


def acquire(rng):
    return rng.choice([((False,), {}), ((False,), {}), ((0,), {}), ((True, 0), {}), ((True, 0.001), {}), ((), {'blocking': False}), ((False, -1), {}),
                       ((False, 1), {}), ((True, -5), {}), ((True, u'x'), {}), ((True, 1e300), {}), ((), {'timeout': 0}), ((False, None), {}),
                       ((True, float('nan')), {}), (([],), {}), ((True, 1 << 70), {}), ((False, 0), {}), ((True, float('inf')), {})])


def acquire_semaphore(rng):
    """Without a timeout that is no number: with one, `Semaphore.acquire` runs for ever."""
    while True:
        arguments, keywords = acquire(rng)
        if len(arguments) < 2 or arguments[1] == arguments[1]:
            return arguments, keywords


def timeout(rng):
    return rng.choice([((0,), {}), ((0.0,), {}), ((-1,), {}), ((0.001,), {}), ((), {'timeout': 0}), ((False,), {})])


def semaphore_value(rng):
    return rng.choice([((), {}), ((0,), {}), ((1,), {}), ((2,), {}), ((), {'value': 1}), ((-1,), {}), ((0.5,), {}), ((True,), {}), ((1.0,), {}), ((u"x",), {}), ((None,), {}), ((), {"nonesuch": 1})])


def small(rng):
    return rng.randrange(-1, 4)


def array_arguments(rng):
    code = rng.choice('bBhHiIlLqQfdu')
    if code == 'u':
        return code, rng.choice([u'', u'abc', [u'a', u'\u20ac']])
    if code in 'fd':
        return code, [rng.choice([0, 1, 1.5, -0.0, 1e30, 0.1, float('nan'), float('inf')]) for _ in range(rng.randrange(5))]
    if rng.random() < 0.15:
        return rng.choice([(code, [1000, -1, 1 << 40]), (code, u'abc'), (code, 3), (code, b'\x01\x02\x03\x04\x05\x06\x07\x08'), ('x', [1]), (u'', []), (5, []),
                           (code, [1.5]), (code, [u'a']), (code, (1, 2)), (code, range(3)), (code,), (code, [None]), (u'ii', [1])])
    return code, [rng.randrange(100) for _ in range(rng.randrange(6))]


def array_item(rng):
    return rng.choice([0, 1, 5, 99, -1, 127, 128, 255, 256, 1 << 31, 1 << 63, 1 << 70, 1.5, u'a', None, True, -(1 << 31) - 1])


def array_value(rng):
    return array_item(rng) if rng.random() < 0.7 else rng.choice([[1, 2], (), u'ab', __import__('array').array('i', [7, 8]), __import__('array').array('d', [7])])


def array_store(rng):
    at = index(rng)
    return at, (array_value(rng) if not isinstance(at, slice) else rng.choice([__import__('array').array(rng.choice('bBid'), [7] * rng.randrange(3)), [1], 5]))


def numbers(rng):
    """A set, or what a set can be made of."""
    if rng.random() < 0.08:
        return rng.choice([5, None, [[]], u'', {}, [1.0, True], (2, 2)])
    return rng.choice([set, set, frozenset, list, tuple])(small_numbers(rng))


def several(make):
    return lambda rng: tuple(make(rng) for _ in range(rng.choice([0, 1, 1, 1, 2])))


def orderable(rng):
    """Items that can be compared. CPython's PriorityQueue keeps an item that cannot be, though it says that it failed."""
    return rng.choice([lambda: rng.randrange(5), lambda: rng.randrange(5), lambda: True, lambda: 1 << 70, lambda: -0.0,
                       lambda: 1.5])()


_bounds = two(integer, integer)

_list = Kind(some(none, one(iterable), one(comparable)), {
    '__add__': some(one(lambda rng: [value(rng, 1)]), one(value)), '__contains__': one(value), '__delitem__': one(index), '__getitem__': one(index),
    '__len__': none, '__mul__': one(integer), '__reversed__': none, '__rmul__': one(integer), '__imul__': one(lambda rng: rng.choice([0, 1, 2, -1, 3, u'a', 1.5])),
    '__setitem__': some(lambda rng: (integer(rng), value(rng)), lambda rng: (any_slice(rng), iterable(rng))), 'append': one(value), 'clear': none,
    'copy': none, 'count': one(value), 'extend': one(iterable),
    'index': some(one(value), lambda rng: (rng.randrange(4), integer(rng)), lambda rng: (rng.randrange(4), integer(rng), integer(rng))),
    'insert': two(integer, value), 'pop': some(none, one(integer)), 'remove': some(one(value), one(lambda rng: rng.randrange(4))), 'reverse': none, 'sort': sort_arguments,
    '__getslice__': _bounds, '__setslice__': lambda rng: (integer(rng), integer(rng), iterable(rng)), '__delslice__': _bounds,
}, names=('key', 'reverse', 'value', 'index', 'object', 'iterable'))
# A list's doubling would need sizes that a test cannot hold.
_list.methods['__mul__'] = _list.methods['__rmul__'] = one(lambda rng: rng.choice([0, 1, 2, 3, -1, True, u'a', None, 1.5, [1], -(1 << 70), 1 << 63, 1 << 64]))

_dict = Kind(some(none, update_arguments, one(pairs)), {
    '__contains__': one(any_key), '__delitem__': one(any_key), '__getitem__': one(any_key), '__len__': none, '__setitem__': two(any_key, value), 'clear': none,
    'copy': none, 'get': some(one(any_key), two(any_key, value)), 'has_key': one(any_key), 'items': none, 'keys': none,
    'pop': some(one(any_key), two(any_key, value)), 'popitem': none, 'setdefault': some(one(any_key), two(any_key, value)), 'update': update_arguments,
    'values': none, '__reversed__': none, '__or__': one(pairs), '__ror__': one(pairs), '__ior__': one(pairs), '__iter__': none,
    'fromkeys': some(one(iterable), two(iterable, value)),
}, names=('key', 'default', 'iterable'), ordered=False)
if PYTHON2:
    _dict.methods.pop('popitem')  # takes any
    _list.methods.pop('__reversed__')  # cannot be pickled
else:
    _dict.methods.pop('has_key')  # 3.6 exposes it still
_iterated = some(update_arguments, one(pairs))
if PYTHON2:
    _iterated = of_one_key(_iterated)

KINDS = {
    'list': _list,
    'dict': _dict,
    'Iterator': Kind(_iterated, {'next' if PYTHON2 else '__next__': none},
                     opening='__iter__', target='proxy', ordered=False, typeid='dict', spoils=not PYTHON2),
    'Namespace': Kind(some(none, lambda rng: ((), {keyword(rng): value(rng)})), {
        '__getattribute__': one(name), '__setattr__': two(name, value), '__delattr__': one(name)}, identity=True, names=('name', 'value')),
    'Value': Kind(some(lambda rng: (rng.choice(['i', u'd', 'nonesuch', 5]), value(rng)), lambda rng: (('i', value(rng)), {'lock': rng.choice([True, False, None])})), {
        'get': none, 'set': one(value)}, identity=True, names=('value', 'typecode', 'lock')),
    'Array': Kind(some(array_arguments, lambda rng: (array_arguments(rng), {'lock': False})), {
        '__len__': none, '__getitem__': one(index), '__setitem__': array_store, '__getslice__': _bounds,
        '__setslice__': lambda rng: (integer(rng), integer(rng), array_value(rng))}, names=('index', 'value')),
    'set': Kind(some(none, one(numbers), one(numbers)), dict([
        (operator, one(numbers)) for operator in ('__and__ __iand__ __ior__ __isub__ __ixor__ __or__ __rand__ __ror__ __rsub__ __rxor__ __sub__ __xor__ '
                                                  '__ge__ __gt__ __le__ __lt__ isdisjoint issubset issuperset symmetric_difference '
                                                  'symmetric_difference_update').split()] + [
        (operation, several(numbers)) for operation in 'difference difference_update intersection intersection_update union update'.split()] + [
        (member, one(lambda rng: rng.randrange(8) if rng.random() < 0.85 else any_key(rng))) for member in ('__contains__', 'discard', 'remove')] + [
        ('add', one(lambda rng: rng.randrange(8) if rng.random() < 0.95 else [])), ('__len__', none), ('clear', none), ('copy', none), ('__iter__', none),
        ('__class_getitem__', one(lambda rng: rng.choice([int, 1])))]), ordered=False),
    'set of one': Kind(constant([7]), {  # `pop` takes any element
        'pop': none, '__len__': none, 'clear': none, 'add': one(lambda rng: 7), 'discard': one(lambda rng: 7), '__contains__': one(lambda rng: 7)},
                       waits=('add',), typeid='set', spoils=False),
    'Lock': Kind(none, {'acquire': acquire, 'release': none, 'locked': none}, waits=('acquire',), sessions=2, names=('blocking', 'timeout')),
    'RLock': Kind(none, {'acquire': acquire, 'release': none, 'locked': none}, waits=('acquire',), sessions=2, names=('blocking', 'timeout')),
    'Semaphore': Kind(semaphore_value, {'acquire': acquire_semaphore, 'release': some(none, none, one(small)), 'locked': none},
                      waits=('acquire', 'release'), sessions=2, names=('n', 'value'), spoils=False),
    'BoundedSemaphore': Kind(semaphore_value, {'acquire': acquire_semaphore, 'release': some(none, none, one(small)), 'locked': none},
                             waits=('acquire', 'release'), sessions=2, names=('n', 'value'), spoils=False),
    'Condition': Kind(none, {'acquire': acquire, 'release': none, 'wait': timeout, 'notify': some(none, one(lambda rng: rng.randrange(-1, 3))),
                             'notify_all': none, 'locked': none}, waits=('acquire', 'wait'), sessions=2, names=('n', 'timeout')),
    'Event': Kind(none, {'is_set': none, 'set': none, 'clear': none, 'wait': timeout}, waits=('wait',), names=('timeout',)),
    'Barrier': Kind(some(constant(1), constant(2), constant(1, None, 5), constant(parties=1), constant(0), constant(-1), constant(1, timeout=0.001)), {
        '__getattribute__': one(lambda rng: rng.choice(['parties', 'n_waiting', 'broken', 'nonesuch', 5])), 'wait': timeout, 'abort': none, 'reset': none},
        waits=('wait',), sessions=2, names=('timeout',), spoils=False),
}
if sys.version_info < (3, 9):
    del KINDS['set'].methods['__class_getitem__']

_queue_size = some(none, constant(0), constant(1), constant(2), constant(-1), constant(maxsize=1), constant(1.5 if not PYTHON2 else 2), constant(True), constant(u'x'),
                   constant(None), constant(1, 2), constant(nonesuch=1))
_queue_methods = {'empty': none, 'full': none, 'qsize': none, 'put': put_arguments, 'put_nowait': one(value), 'get': without_wait, 'get_nowait': none,
                  'task_done': none, 'shutdown': some(none, constant(False), constant(True), constant(immediate=True))}
for _name in ('Queue', 'JoinableQueue', 'LifoQueue'):
    KINDS[_name] = Kind(_queue_size, _queue_methods, waits=('put', 'get'), sessions=2, identity=True, spoils=False, names=('item', 'block', 'timeout'))
KINDS['PriorityQueue'] = Kind(_queue_size, dict(
    _queue_methods, put_nowait=one(orderable), put=lambda rng: ((orderable(rng), False), {})), waits=('put', 'put_nowait', 'get'), sessions=2, spoils=False, names=('item', 'block', 'timeout'))
