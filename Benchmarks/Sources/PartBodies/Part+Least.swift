import Multiprocessing
import Synchronization

/// What a call of a `dict` cannot do without in Swift, whoever reads the request and writes the reply.
extension Part {
    static let least = [
        Part("least: find a key of 16 bytes and its object, behind a lock") {
            let key = Key(words: (0x3030_3030_3a79_656b, 0x3130_3030_3030_3030))
            let held = Mutex(Held(entries: [key: 3, Key(words: (1, 2)): 4], object: Referred()))
            return { rounds in
                for _ in 0..<rounds {
                    // The object is referred to from here to the end of the round.
                    let (object, entry) = held.withLock { ($0.object, $0.entries[key]) }
                    keep(object)
                    keep(entry)
                }
            }
        }
    ]
}

private struct Key: Hashable, Sendable {
    let words: (UInt64, UInt64)

    static func == (left: Key, right: Key) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

private struct Held {
    let entries: [Key: Int]
    let object: Referred
}

private final class Referred: Sendable {}
