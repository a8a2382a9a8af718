/// Byte strings one behind the other, each after its length in four bytes, lowest first: how tests and Python talk.
enum Frames {
    static func append(_ frame: [UInt8], to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(frame.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += frame
    }

    static func joined(_ frames: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for frame in frames { append(frame, to: &bytes) }
        return bytes
    }

    static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var position = 0
        while position + 4 <= bytes.count {
            let count = bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
            frames.append(Array(bytes[position + 4..<position + 4 + count]))
            position += 4 + count
        }
        return frames
    }
}

/// How many values are made at random with each interpreter.
let randomValueCount = 60
let randomSeed = 20_240_601
