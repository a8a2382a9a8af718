@testable import ManagedObjects
import Pickle
import Testing

/// The table behind `dict`, `set` and Namespace, against a model that cannot be wrong.
struct KeyedEntriesTests {
    /// Entries in order, found by looking at each.
    private struct Model {
        var entries: [(key: Int, value: Int)] = []
        subscript(key: Int) -> Int? { entries.first { $0.key == key }?.value }
        mutating func set(_ key: Int, _ value: Int) {
            if let place = entries.firstIndex(where: { $0.key == key }) { entries[place].value = value } else { entries.append((key, value)) }
        }
        mutating func remove(_ key: Int) -> Int? {
            entries.firstIndex { $0.key == key }.map { entries.remove(at: $0).value }
        }
    }

    @Test(arguments: [10, 300, 5_000])
    func `Random changes leave what a plain list of entries would hold`(keys: Int) throws {
        var (entries, model) = (KeyedEntries(), Model())
        for step in 0..<20_000 {
            let key = Int.random(in: 0..<keys)
            // Phases of growth and of shrinking, down to nothing.
            switch Int.random(in: 0..<10) {
            case 0..<((step / 2_500).isMultiple(of: 2) ? 7 : 2):
                entries.set(try EntryKey(Fragment(key)), (Fragment(key), Fragment(step)))
                model.set(key, step)
            case 9: #expect(entries.removeLast()?.key.int == model.entries.popLast()?.key)
            default: #expect(try entries.remove(EntryKey(Fragment(key)))?.int == model.remove(key))
            }
            #expect(try entries.count == model.entries.count && entries[try EntryKey(Fragment(key))]?.int == model[key])
        }
        #expect(entries.entries.map { $0.value.int } == model.entries.map(\.value))
        while let last = model.entries.popLast() { #expect(entries.removeLast()?.value.int == last.value) }
        #expect(entries.count == 0 && entries.removeLast() == nil)
    }

    @Test func `Keys that are equal in Python are one key, and the first stays`() throws {
        var entries = KeyedEntries()
        for (number, key) in [PickleValue.int(1), .float(1), .bool(true)].enumerated() {
            entries.set(try EntryKey(key), (try Fragment(key), Fragment(number)))
        }
        #expect(try entries.entries.map { $0.key.int } == [1] && entries[EntryKey(Fragment(1))]?.int == 2)
    }

    @Test func `A text is the same key whoever wrote it`() throws {
        for text in ["", "k", "fifteen letters", "sixteen letters.", String(repeating: "é", count: 200)] {
            // Python 3.7 and later ones, and the value that was read.
            let forms = [try Fragment(.string(text), at: .v3), try Fragment(.string(text), at: .v4), try Fragment(.string(text), at: .v2)]
            for form in forms {
                var entries = KeyedEntries()
                entries.set(try EntryKey(form), (form, Fragment(1)))
                #expect(try forms.allSatisfy { entries[try EntryKey($0)]?.int == 1 } && entries[EntryKey(.string(text))]?.int == 1)
                #expect(try entries[EntryKey(.string(text + "!"))] == nil && entries[EntryKey(.bytes(Array(text.utf8)))] == nil)
            }
        }
    }

    @Test func `Many keys with one hash are kept`() throws {
        var entries = KeyedEntries()
        let nan = try Fragment(PickleValue.float(.nan))
        let keys = try (0..<1_000).map { try EntryKey(Fragment($0)) }
        for number in 0..<1_000 { entries.set(try EntryKey(nan), (nan, Fragment(number))) }
        for (number, key) in keys.enumerated() { entries.set(key, (Fragment(number), Fragment(number))) }
        #expect(try entries.count == 2_000 && entries[EntryKey(nan)] == nil && keys.enumerated().allSatisfy { entries[$1]?.int == $0 })
        #expect(entries.entries.prefix(1_000).allSatisfy { $0.key.int == nil })
    }
}
