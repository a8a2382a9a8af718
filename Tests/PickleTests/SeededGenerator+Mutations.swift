import TestSupport

extension SeededGenerator {
    /// A pickle with a few bytes changed, dropped, doubled, or taken from another.
    mutating func mutation(of bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<4, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            let end = min(place + Int.random(in: 1...8, using: &self), bytes.count)
            switch Int.random(in: 0..<7, using: &self) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &self)
            case 1: bytes[place] = Self.opcodes.randomElement(using: &self) ?? 0
            case 2: bytes.insert(Self.opcodes.randomElement(using: &self) ?? 0, at: place)
            case 3: bytes.removeSubrange(place..<end)
            case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 5: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            default: bytes.replaceSubrange(place..<end, with: other.prefix(Int.random(in: 0...other.count, using: &self)).suffix(8))
            }
        }
        return bytes
    }

    private static let opcodes: [UInt8] = Array("(.02FIJKLMNPQRSTUVX]abcdeghijlopqrstu})1GBC".utf8) + Array(0x80...0x98)
}
