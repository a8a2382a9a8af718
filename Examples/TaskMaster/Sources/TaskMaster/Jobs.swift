import Multiprocessing

/// What the server offers: a queue of tasks and a queue of results, each the same for all who ask.
enum Jobs: ManagerDefinition {
    static let tasks = TypeID<QueueProxy<Int>>("get_task")
    static let results = TypeID<QueueProxy<String>>("get_result")

    static func register(in registry: inout Registry) {
        registry.register(tasks, shared: ManagedQueue())
        registry.register(results, shared: ManagedQueue())
    }
}
