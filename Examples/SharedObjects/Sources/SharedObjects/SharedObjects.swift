import Multiprocessing

/// What the child process does: its fields are what it is given.
struct Fill: ProcessTarget {
    let dictionary: DictionaryProxy<PickleValue, PickleValue>
    let list: ListProxy<Int>

    func run() async throws {
        try await dictionary.updateValue("1", forKey: 1)
        try await dictionary.updateValue(2, forKey: "2")
        try await dictionary.updateValue(nil, forKey: 0.25)
        try await list.reverse()
    }
}

@main struct SharedObjects: MultiprocessingProgram {
    static func run() async throws {
        try await withManager { manager in
            let dictionary = try await manager.dictionary()
            let list = try await manager.list(0..<10)
            let child = try ChildProcess(Fill(dictionary: dictionary, list: list))
            try await child.start()
            try await child.join()
            print(try await dictionary.repr())
            print(try await list.elements())
        }
    }
}
