import Pickle
import Synchronization

/// An object behind its lock, with the methods that may be called of it.
///
/// The steps of one object happen one after the other; those of different objects, on different threads, side by side.
class Host<Object>: HostedObject, @unchecked Sendable {
    // Proof: what changes is behind a `Mutex`; subclasses have no stored property.
    let state: Mutex<Object>
    /// The calls that have left the event loop.
    private let running = Mutex<[CallID: Task<Void, Never>]>([:])

    init(_ object: sending Object, _ methods: MethodTable<Object>) {
        state = Mutex(object)
        super.init(Object.self, methods: methods.byName, exposed: methods.exposed)
    }

    /// A call that has left the event loop is told to end, and is not waited for.
    override func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        guard let task = running.withLock({ $0.removeValue(forKey: call) }) else { return false }
        task.cancel()
        return true
    }
}

// MARK: - Work off the event loop

extension Host {
    /// A call of a method that may take its time, not started yet.
    func running(_ work: @escaping Method<Object>.Work, _ call: Call) -> RunningCall {
        RunningCall { executor, deliver in
            // The task waits for the lock before it takes itself out, so it is in by then.
            self.running.withLock { running in
                running[call.id] = Task(executorPreference: executor) {
                    let reply = await self.reply(work, call)
                    self.running.withLock { $0[call.id] = nil }
                    var effects = Effects(at: call.now)
                    effects.answer(call.id, reply)
                    deliver(effects)
                }
            }
        }
    }

    private func reply(_ work: Method<Object>.Work, _ call: Call) async -> Reply {
        do {
            return try await work(self, call)
        } catch {
            return .exception(PythonException(thrown: error))
        }
    }
}

/// A call that may take its time: its answer comes later.
public struct RunningCall: Sendable {
    /// Starts to work it out.
    ///
    /// - Parameters:
    ///   - executor: the threads for it, which it may block.
    ///   - deliver: is given the answer, on one of these threads.
    public let start: @Sendable (_ executor: any TaskExecutor, _ deliver: @escaping @Sendable (Effects) -> Void) -> Void
}
