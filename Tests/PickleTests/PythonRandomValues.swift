import Pickle
import TestSupport

/// Scripts, for every Python from 2.7 on, that write random values in one pickle, and reading what they write.
enum PythonRandomValues {
    /// `value(depth)` is any value; `key(depth)` one that can be hashed; `small(depth)` one of few, so that two are often equal.
    static let generator = #"""
        import sys, pickle, random, struct, decimal, fractions, datetime, collections
        python2 = sys.version_info[0] == 2
        if not python2: unichr, long, xrange = chr, int, range
        nan, inf = float('nan'), float('inf')
        R = random.Random(20240501)
        choice, number = R.choice, R.randrange

        def double():
            kind = number(5)
            if kind == 0: return struct.unpack('<d', struct.pack('<Q', R.getrandbits(64)))[0]
            if kind == 1: return 2.0 ** number(-1074, 1024)
            if kind == 2: return float('%se%d' % (number(10 ** number(1, 18)), number(-25, 20)))
            if kind == 3: return choice([0.0, -0.0, inf, -inf, nan, 1e16, 1e-4, 1e-5, 9999999999999998.0, 5e-324, 0.1 + 0.2])
            return round(R.uniform(-1000, 1000), number(6))

        def integer():
            kind = number(4)
            if kind == 0: return number(-5, 300)
            # int(): Python 2 has 64-bit numbers of type long, too, which are not told from int once they have travelled.
            if kind == 1: return int(choice([-1, 1]) * (2 ** number(62, 66) + number(-2, 3)))
            if kind == 2: return number(-2 ** 40, 2 ** 40)
            return choice([-1, 1]) * R.getrandbits(number(65, 3000))

        def code():
            kind = number(8)
            if kind < 4: return number(32, 127)
            if kind == 4: return choice([0, 9, 10, 13, 27, 34, 39, 92, 127, 160, 173])
            if kind == 5: return number(0x80, 0x800)
            # Beyond the characters that have always been there, versions of Unicode differ.
            if kind == 6 and sys.version_info[:2] != (3, 6): return choice([0x20ac, 0x4e2d, 0x2028, 0x200b, 0xe000, 0xfeff, 0x1f600, 0xe0001])
            return choice([0xd800, 0xdc80, 0xdfff]) if not python2 else number(0xa1, 0x100)

        def text(): return u''.join(unichr(assigned(code())) for _ in range(number(8)))
        def assigned(code):
            import unicodedata
            return 0x61 if unicodedata.category(unichr(code)) == 'Cn' else code
        def octets(): return bytes(bytearray(choice([number(256), number(32, 127), 34, 39]) for _ in range(number(8))))

        def moment():
            zones = [None] if python2 else [None, datetime.timezone.utc, datetime.timezone(datetime.timedelta(0, number(-80000, 80000) // 60 * 60)),
                datetime.timezone(datetime.timedelta(hours=2), 'CEST')]
            few = lambda n: choice([0, number(n)])
            day = datetime.date(number(1, 10000), number(1, 13), number(1, 29))
            clock = datetime.time(number(24), number(60), few(60), few(10 ** 6), choice(zones))
            if not python2 and number(2): clock = clock.replace(fold=1)
            span = datetime.timedelta(choice([0, number(-9999, 9999)]), few(86400), few(10 ** 6))
            return choice([day, clock, span, datetime.datetime.combine(day, clock)] + zones[1:])

        def known(depth):
            kind = number(10)
            if kind == 0: return choice([int, KeyError, collections.OrderedDict, datetime.date, object, decimal.Decimal] + ([] if python2 else [Ellipsis, NotImplemented]))
            if kind == 1: return slice(value(0), value(0), value(0))
            if kind == 2: return xrange(choice([0, number(9)]), number(9), choice([1, 2, -1]))
            if kind == 3: return decimal.Decimal(choice(['1', '-0.5', '1E+5', 'NaN', 'Infinity', '0.1000']))
            if kind == 4: return fractions.Fraction(number(-9, 9), number(1, 9))
            if kind == 5: return moment()
            if kind == 6: return choice([KeyError, ValueError, OSError, StopIteration])(*[value(depth - 1) for _ in range(number(2))])
            if kind == 7: return collections.defaultdict(choice([None, int, list]), [(key(1), value(depth - 1))])
            if kind == 8 and (python2 or sys.version_info >= (3, 12)):
                return collections.OrderedDict((key(1), value(depth - 1)) for _ in range(number(3)))
            return collections.deque([value(depth - 1) for _ in range(number(3))], choice([None, 5]))

        def atom():
            makers = [lambda: None, lambda: choice([True, False]), integer, double, text, octets, lambda: bytearray(octets()),
                lambda: complex(double(), double())]
            return choice(makers)()

        def key(depth):
            kind = number(6)
            if depth > 0 and kind == 0: return tuple(key(depth - 1) for _ in range(number(4)))
            if depth > 0 and kind == 1: return frozenset(key(depth - 1) for _ in range(number(4)))
            found = atom()
            return text() if isinstance(found, bytearray) else found

        def value(depth):
            kind = number(8)
            if depth <= 0 or kind > 6: return atom()
            if kind == 0: return [value(depth - 1) for _ in range(number(5))]
            if kind == 1: return tuple(value(depth - 1) for _ in range(number(4)))
            if kind == 2: return dict((key(depth - 1), value(depth - 1)) for _ in range(number(4)))
            if kind == 3: return set(key(depth - 1) for _ in range(number(4)))
            if kind == 4: return key(depth)
            return known(depth)

        def exact():
            kind = number(4)
            if kind == 0: return decimal.Decimal(choice(['0', '-0', '1', '1.0', '1E+2', '100', '0.5', '0.1', '0.10', '-1E-5', '9223372036854775808', '1E+300', 'Infinity', '-Infinity', 'NaN', str(double()).replace('nan', '1')]))
            if kind == 1: return fractions.Fraction(number(-2, 5), number(1, 4))
            if kind == 2: return choice([decimal.Decimal, fractions.Fraction])(number(-2, 101))
            return double()

        def instant():
            zone = None if python2 else choice([None, datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=choice([-2, 1]))), datetime.timezone(datetime.timedelta(minutes=90), 'odd')])
            kind = number(5)
            if kind == 0: return datetime.date(choice([1, 2020, 2024]), number(1, 4), choice([1, 28]))
            if kind == 1: return datetime.datetime(2020, number(1, 4), 1, number(4), choice([0, 30]), tzinfo=zone)
            if kind == 2: return datetime.time(number(4), choice([0, 30]), 0, choice([0, 999999]), tzinfo=zone)
            if kind == 3: return datetime.timedelta(number(-1, 2), choice([0, 86400]), number(2))
            return datetime.datetime(choice([2020, 2024]), choice([2, 3]), choice([1, 28]), choice([0, 22, 23]), tzinfo=zone) if number(4) else zone

        def scalar():
            kind = number(4)
            if kind == 0: return exact()
            if kind == 1: return instant()
            found = choice([0, 1, 2, 0.0, 1.0, -0.0, 2 ** 63, 2.0 ** 63, 2 ** 63 + 1, 1e300, 10 ** 300, inf, True, False, None,
                u'', u'a', u'b', u'ab', u'\xe9', complex(1, 0), complex(0, 1), 0.5, -1, -1.5, -2 ** 70, 'nan'])
            if found == 'nan': return float('nan')
            if python2: return found
            return choice([found, found, found, found, b'', b'a', b'ab', '\ud800', '\U0001f600', '\uffff'])

        def smallKey(depth):
            kind = number(5)
            if depth > 0 and kind == 0: return tuple(smallKey(depth - 1) for _ in range(number(3)))
            if depth > 0 and kind == 1: return frozenset(smallKey(depth - 1) for _ in range(number(3)))
            return scalar()

        def small(depth):
            kind = number(8)
            if depth <= 0 or kind > 5: return scalar()
            if kind == 0: return [small(depth - 1) for _ in range(number(4))]
            if kind == 1: return tuple(small(depth - 1) for _ in range(number(4)))
            if kind == 2: return dict((smallKey(depth - 1), small(depth - 1)) for _ in range(number(3)))
            if kind == 3: return set(smallKey(depth - 1) for _ in range(number(4)))
            if kind == 4: return frozenset(smallKey(depth - 1) for _ in range(number(4)))
            return smallKey(depth) if python2 else choice([bytearray(b'a'), bytearray(b'ab'), smallKey(depth)])

        def write(value):
            getattr(sys.stdout, 'buffer', sys.stdout).write(pickle.dumps(value, 2 if python2 else 4))

        """#

    /// The elements of the list that a script writes; each is a tuple.
    static func rows(_ script: String, _ python: PythonInterpreter) async throws -> [[PickleValue]] {
        let pickle = try await python.run(generator + script).bytes
        guard case .list(let rows) = try Unpickler().load(pickle) else { return [] }
        return rows.compactMap { if case .tuple(let row) = $0 { Array(row) } else { nil } }
    }
}
