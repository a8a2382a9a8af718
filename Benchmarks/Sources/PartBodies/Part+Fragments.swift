import Multiprocessing

/// Cutting values out of a pickle, putting them together, and writing them for an older reader.
extension Part {
    static let fragments = [
        cutting("short text", "xxx"), cutting("record", SampleValues.record), cutting("1000 ints", SampleValues.numbers),
        joining("tuple of 2", count: 2) { FragmentBuilder.tuple($0) }, joining("list of 100", count: 100) { FragmentBuilder.list($0) },
        transcoding("short text", "xxx"), transcoding("record", SampleValues.record),
        Part("fragment: read int") {
            let fragment = try Fragment(.int(17))
            try expect(fragment.int == 17, "the number is not read")
            return { rounds in
                for _ in 0..<rounds { keep(fragment.int) }
            }
        },
    ]

    private static func cutting(_ name: String, _ value: PickleValue) -> Part {
        Part("fragment: cut \(name)") {
            let bytes = PythonPickle.request("7f0000000000001", "put", [value])
            var scanner = PickleScanner()
            return try bytes.withUnsafeBytes { view in
                guard let root = try scanner.scan(view), let tuple = scanner.element(2, of: root), let span = scanner.element(0, of: tuple) else {
                    throw WrongResult("the argument is not found")
                }
                try expect(try scanner.fragment(span, of: view)?.value() == value, "another value is cut out")
                return { rounds in
                    bytes.withUnsafeBytes { bytes in
                        for _ in 0..<rounds { keep(scanner.fragment(span, of: bytes)) }
                    }
                }
            }
        }
    }

    private static func joining(_ name: String, count: Int, _ join: @escaping @Sendable ([Fragment]) -> Fragment) -> Part {
        Part("fragment: join \(name)") {
            let parts = (0..<count).map { Fragment($0) }
            let whole = try join(parts).value()
            let elements = (0..<count).map { PickleValue.int($0) }
            try expect(whole == .list(PickleElements(elements)) || whole == .tuple(PickleElements(elements)), "another value is put together")
            return { rounds in
                for _ in 0..<rounds { keep(join(parts)) }
            }
        }
    }

    private static func transcoding(_ name: String, _ value: PickleValue) -> Part {
        Part("fragment: protocol 4 to 2, \(name)") {
            let fragment = try Fragment(value, at: .v4)
            try expect(try fragment.readable(at: .v2).value() == value, "another value is written")
            return { rounds in
                for _ in 0..<rounds { keep(try fragment.readable(at: .v2)) }
            }
        }
    }
}
