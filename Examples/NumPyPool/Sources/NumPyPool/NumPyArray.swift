import Multiprocessing

/// A NumPy array of doubles, row by row. To Python it is a `numpy.ndarray`; NumPy is not needed here.
struct NumPyArray: Sendable {
    let shape: [Int]
    let elements: [Double]
}

extension NumPyArray: PickleRepresentable {
    /// `numpy.ndarray(shape, '<f8', buffer)`, which every NumPy understands.
    var pickled: PickleValue {
        let bytes = elements.flatMap { element in withUnsafeBytes(of: element.bitPattern.littleEndian) { Array($0) } }
        let arguments: [PickleValue] = [.tuple(shape.map { .int($0) }), "<f8", .byteArray(bytes)]
        return .instance(PickleInstance(.global(PickleGlobal(module: "numpy", name: "ndarray")), arguments))
    }

    /// Reads an array as NumPy pickles it: with protocol 5 as `_frombuffer(buffer, dtype, shape, order)`, with others as an `ndarray` whose
    /// state is `(version, shape, dtype, isFortran, buffer)`.
    init?(pickled value: PickleValue) {
        guard case .instance(let instance) = value, let function = instance.global else { return nil }
        let parts: (shape: PickleValue, type: PickleValue, buffer: PickleValue)
        if function.name == "_frombuffer", instance.arguments.count == 4, instance.arguments[3] == "C" {
            parts = (instance.arguments[2], instance.arguments[1], instance.arguments[0])
        } else if function.name == "_reconstruct", case .tuple(let state)? = instance.state, state.count == 5, state[3] == false {
            parts = (state[1], state[2], state[4])
        } else {
            return nil
        }
        guard Self.isDouble(parts.type), case .tuple(let sizes) = parts.shape, let bytes = [UInt8](pickled: parts.buffer) else { return nil }
        shape = sizes.compactMap { Int(pickled: $0) }
        elements = stride(from: 0, to: bytes.count, by: 8).map { start in
            Double(bitPattern: bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
        guard shape.reduce(1, *) == elements.count else { return nil }
    }

    /// Whether a `numpy.dtype` is little-endian `float64`: `dtype('f8')` with the state `(3, '<', …)`.
    private static func isDouble(_ type: PickleValue) -> Bool {
        guard case .instance(let type) = type, case .tuple(let state)? = type.state, state.count > 1 else { return false }
        return type.arguments.first == "f8" && state[1] == "<"
    }
}

extension NumPyArray: Codable {
    init(from decoder: any Decoder) throws {
        guard let array = NumPyArray(pickled: try PickleValue(from: decoder)) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "an array of little-endian doubles is expected"))
        }
        self = array
    }

    func encode(to encoder: any Encoder) throws {
        try pickled.encode(to: encoder)
    }
}
