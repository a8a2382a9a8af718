import Multiprocessing
import TestSupport
import Testing

/// Every method of the collections' proxies, with CPython's server of every version and with ours.
@Suite(.timeLimit(.minutes(3))) struct CollectionProxyTests {
    @Test(arguments: ServerUnderTest.all)
    func `A list`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let list = try await manager.list(of: Int.self)
            #expect(try await list.isEmpty)
            #expect(try await list.popLast() == nil)
            #expect(try await list.popFirst() == nil)
            try await list.append(contentsOf: 0..<10)
            #expect(try await list.elements(in: 2..<5) == [2, 3, 4])
            #expect(try await list.elements(in: 8...) == [8, 9])
            #expect(try await list.elements(in: ...1) == [0, 1])
            #expect(try await list.elements(in: 7..<99) == [7, 8, 9])
            try await list.replaceSubrange(1..<9, with: [5, 5])
            #expect(try await list.elements() == [0, 5, 5, 9])
            try await list.insert(contentsOf: [6, 7], at: 1)
            try await list.insert(8, at: 99)
            #expect(try await list.elements() == [0, 6, 7, 5, 5, 9, 8])
            #expect(try await list.firstIndex(of: 5) == 3)
            #expect(try await list.firstIndex(of: 55) == nil)
            #expect(try await list.count(of: 5) == 2)
            #expect(try await list.remove(5))
            #expect(try await !list.remove(55))
            #expect(try await list.remove(at: 1) == 6)
            #expect(try await list.popFirst() == 0)
            #expect(try await list.popLast() == 8)
            try await list.removeSubrange(..<1)
            #expect(try await list.elements() == [5, 9])
            try await list.repeat(2)
            #expect(try await list.elements() == [5, 9, 5, 9])
            try await list.replaceAll(with: [1, 2])
            #expect(try await list.elements() == [1, 2])
            try await list.removeAll()
            #expect(try await list.count == 0)
            let error = await #expect(throws: RemoteError.self) { try await list.remove(at: 0) }
            #expect(error?.type == .indexError)
        }
    }

    @Test(arguments: ServerUnderTest.all)
    func `Elements of every kind come back as they went`(_ server: ServerUnderTest) async throws {
        struct Task: Codable, Equatable { var name: String, sizes: [Int], parent: String? }
        func check<Element: Codable & Sendable & Equatable>(_ elements: [Element], _ manager: Manager) async throws {
            let list = try await manager.list(elements)
            #expect(try await list.elements() == elements)
            try await list.append(contentsOf: elements)
            #expect(try await list.elements(in: elements.count...) == elements)
            try await list.setElement(elements[0], at: -1)
            #expect(try await list.element(at: -1) == elements[0])
            let dictionary = try await manager.dictionary(Int.self, [Element].self)
            try await dictionary.merge([(1, elements)])
            #expect(try await dictionary.snapshot() == [1: elements])
        }
        try await server.withManager { manager in
            try await check([1, -1, Int.max], manager)
            try await check(Array(0..<2_500), manager)
            try await check([0.5, -0.0, .infinity], manager)
            try await check([true, false], manager)
            try await check(["", "é😀", String(repeating: "x", count: 300)], manager)
            try await check([[UInt8](0...255), []], manager)
            try await check([PickleValue.int(1), "x", nil, [1, ["k": 2.5]]], manager)
            try await check([Int?.none, 3], manager)
            try await check([Task(name: "a", sizes: [1, 2], parent: nil)], manager)
            try await check([[1, 2], []], manager)
        }
    }

    @Test(arguments: ServerUnderTest.all)
    func `A dictionary`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let dictionary = try await manager.dictionary(["a": 1])
            #expect(try await !dictionary.isEmpty)
            try await dictionary.merge(["b": 2])
            #expect(try await dictionary.value(forKey: "b", default: 7) == 2)
            #expect(try await dictionary.value(forKey: "c", default: 7) == 7)
            #expect(try await !dictionary.contains("c"))
            #expect(try await dictionary.value(forKey: "c", settingDefault: 3) == 3)
            #expect(try await dictionary.removeValue(forKey: "nope") == nil)
            #expect(try await dictionary.entries().map(\.key).sorted() == ["a", "b", "c"])
            var taken: [String: Int] = [:]
            while let (key, value) = try await dictionary.popLast() { taken[key] = value }
            #expect(taken == ["a": 1, "b": 2, "c": 3])
            #expect(try await dictionary.isEmpty)
            let untyped = try await manager.dictionary()
            try await untyped.setValue(nil, forKey: 0.5)
            #expect(try await untyped.value(forKey: 0.5) == .some(.none))
            #expect(try await untyped.snapshot() == [0.5: .none])
            let optionals = try await manager.dictionary(["a": Int?.none])
            #expect(try await optionals.value(forKey: "a") == .some(.none))
            #expect(try await optionals.value(forKey: "b") == nil)
            #expect(try await optionals.snapshot() == ["a": nil])
        }
    }

    @Test(arguments: ServerUnderTest.all)
    func `An array`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let array = try await manager.array(0..<100, typecode: "i")
            #expect(try await array.elements(in: 97...) == [97, 98, 99])
            #expect(try await array.elements(in: ..<2) == [0, 1])
            #expect(try await array.elements() == Array(0..<100))
            #expect(try await !array.isEmpty)
            let error = await #expect(throws: RemoteError.self) { try await array.setElement(1 << 40, at: 0) }
            #expect(error?.type == .overflowError)
            #expect(try await manager.array([Double](), typecode: "d").elements() == [])
        }
    }

    @Test(arguments: ServerUnderTest.all.filter { $0.isAtLeast(3, 14) })
    func `A set`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let set = try await manager.set(of: Int.self)
            #expect(try await set.isEmpty)
            #expect(try await set.popFirst() == nil)
            try await set.insert(1)
            try await set.formUnion([2, 3, 4])
            #expect(try await set.remove(4))
            #expect(try await !set.remove(4))
            #expect(try await set.union([9]) == [1, 2, 3, 9])
            #expect(try await set.intersection(2...7) == [2, 3])
            #expect(try await set.subtracting([1]) == [2, 3])
            #expect(try await set.symmetricDifference([3, 4]) == [1, 2, 4])
            #expect(try await set.isSubset(of: 0..<9))
            #expect(try await set.isSuperset(of: [1]))
            #expect(try await set.isDisjoint(with: [7]))
            #expect(try await set.isStrictSubset(of: [1, 2, 3, 4]))
            #expect(try await !set.isStrictSuperset(of: [1, 2, 3]))
            try await set.formIntersection([1, 2])
            try await set.subtract([1])
            try await set.formSymmetricDifference([2, 5])
            #expect(try await set.elements() == [5])
            #expect(try await set.popFirst() == 5)
        }
    }
}
