/// What a worker process of a pool runs: the tasks that the pool sends, one after the other.
struct PoolWorker: ProcessTarget {
    /// What runs before the first task.
    let initializer: EncodedTarget?

    /// The message that asks a worker to end. Others hold the mangled name of a type, and tasks of it.
    static let end = LinkMessage([])

    func run() async throws {
        guard let pool = CurrentProcess.parent else { throw ProcessError(.cannotStart, "a pool's worker needs a parent") }
        try await initializer?.runAsInitializer()
        pool.report(PoolReply.ready.bytes)
        var (typeName, type): ([UInt8], (any PoolTask.Type)?) = ([], nil)
        for await message in pool.messages {
            guard let name = message.parts.first else { return }
            if name != typeName {
                (typeName, type) = (name, _typeByName(String(decoding: name, as: UTF8.self)) as? any PoolTask.Type)
            }
            for fields in message.parts.dropFirst() { pool.report(await Self.run(type, fields).bytes) }
        }
    }

    private static func run(_ type: (any PoolTask.Type)?, _ fields: [UInt8]) async -> PoolReply {
        do {
            guard let type else { throw ProcessError(.cannotStart, "this program does not have the task's type") }
            return .output(try await output(of: type, fields))
        } catch {
            return .failure(typeName: String(describing: Swift.type(of: error)), text: String(describing: error))
        }
    }

    private static func output<Item: PoolTask>(of type: Item.Type, _ fields: [UInt8]) async throws -> [UInt8] {
        try EncodedTarget.pickle(await EncodedTarget.unpickle(type, from: fields).run())
    }
}
