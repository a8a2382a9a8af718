import Multiprocessing

/// Reading and writing whole values.
extension Part {
    static let pickles = SampleValues.named.map { reading($0.name, $0.value) } + SampleValues.named.map { writing($0.name, $0.value) }

    private static func reading(_ name: String, _ value: PickleValue) -> Part {
        Part("pickle: read \(name)") {
            let (bytes, unpickler) = (PythonPickle.dump(value), Unpickler())
            try expect(try unpickler.load(bytes) == value, "the pickle reads as another value")
            return { rounds in
                for _ in 0..<rounds { keep(try unpickler.load(bytes)) }
            }
        }
    }

    private static func writing(_ name: String, _ value: PickleValue) -> Part {
        Part("pickle: write \(name)") {
            let pickler = Pickler(.v4)
            try expect(try Unpickler().load(try pickler.dump(value)) == value, "the value is written as another")
            return { rounds in
                for _ in 0..<rounds { keep(try pickler.dump(value)) }
            }
        }
    }
}
