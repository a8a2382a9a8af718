import TestSupport

/// A `Lock` of Python's, which anyone may release.
struct LockModel: SequentialModel {
    enum Operation: CaseIterable, Sendable { case acquire, release }

    var isLocked = false

    /// - Parameter result: whether it was acquired, or whether it was locked and so released.
    func after(_ operation: Operation, by client: Int, returning result: Bool?) -> LockModel? {
        switch operation {
        case .acquire: result == isLocked ? nil : LockModel(isLocked: true)
        case .release: result ?? isLocked != isLocked ? nil : LockModel(isLocked: false)
        }
    }
}

/// A robust lock, whose holders may vanish.
struct RobustLockModel: SequentialModel {
    enum Operation: CaseIterable, Sendable { case acquire, release, vanish }

    enum Result: Sendable {
        case acquired(token: Int, wasAbandoned: Bool)
        case released
        case refused
    }

    var holder: Int?
    var isAbandoned = false
    var lastToken = 0

    func after(_ operation: Operation, by client: Int, returning result: Result?) -> RobustLockModel? {
        switch (operation, result) {
        case (.acquire, .acquired(let token, isAbandoned)) where holder == nil && token > lastToken: RobustLockModel(holder: client, lastToken: token)
        case (.acquire, .refused): holder == nil ? nil : self
        case (.release, .released) where holder == client: RobustLockModel(lastToken: lastToken)
        case (.release, .refused): holder == client ? nil : self
        case (.vanish, nil): holder == client ? RobustLockModel(isAbandoned: true, lastToken: lastToken) : self
        default: nil
        }
    }
}

/// A `BoundedSemaphore`.
struct SemaphoreModel: SequentialModel {
    enum Operation: CaseIterable, Sendable { case acquire, release }

    let bound: Int
    var available: Int

    /// - Parameter result: whether it was acquired, or released.
    func after(_ operation: Operation, by client: Int, returning result: Bool?) -> SemaphoreModel? {
        let isPossible = operation == .acquire ? available > 0 : available < bound
        guard result ?? isPossible == isPossible else { return nil }
        let change = operation == .acquire ? -1 : 1
        return isPossible ? SemaphoreModel(bound: bound, available: available + change) : self
    }
}

/// A `Queue` with a bound.
struct QueueModel: SequentialModel {
    enum Operation: Sendable {
        case put(Int)
        case get
    }

    enum Result: Equatable, Sendable {
        case put
        case got(Int)
        case full
        case empty
    }

    let capacity: Int
    var items: [Int] = []

    func after(_ operation: Operation, by client: Int, returning result: Result?) -> QueueModel? {
        switch (operation, result) {
        case (.put(let item), .put) where items.count < capacity: QueueModel(capacity: capacity, items: items + [item])
        case (.put, .full) where items.count == capacity: self
        case (.get, .got(let item)) where items.first == item: QueueModel(capacity: capacity, items: Array(items.dropFirst()))
        case (.get, .empty) where items.isEmpty: self
        default: nil
        }
    }
}

/// A `dict` with a few keys, and what may be done with one in one step.
struct DictionaryModel: SequentialModel {
    enum Operation: Sendable {
        case get(Int)
        case set(Int, Int)
        case pop(Int)
        case increment(Int)
        case compareAndSet(Int, Int, Int)
        case count
    }

    /// What the call returned; `nil` for `None`.
    struct Result: Equatable, Sendable { let value: Int? }

    var entries: [Int: Int] = [:]

    func after(_ operation: Operation, by client: Int, returning result: Result?) -> DictionaryModel? {
        var next = self
        let expected = next.apply(operation)
        return result ?? expected == expected ? next : nil
    }

    private mutating func apply(_ operation: Operation) -> Result {
        switch operation {
        case .get(let key): return Result(value: entries[key])
        case .set(let key, let value):
            entries[key] = value
            return Result(value: nil)
        case .pop(let key): return Result(value: entries.removeValue(forKey: key))
        case .increment(let key):
            entries[key, default: 0] += 1
            return Result(value: entries[key])
        case .compareAndSet(let key, let expected, let new):
            guard entries[key] == expected else { return Result(value: 0) }
            entries[key] = new
            return Result(value: 1)
        case .count: return Result(value: entries.count)
        }
    }
}
