import ManagedObjects
import NIOCore
import Synchronization

/// Wakes objects at the moments that they have asked for (``Effects/wake(at:)``): at most one timer for each object, set for the earliest.
///
/// An object that nobody refers to any more is not kept for its timer.
final class WakeUps: Sendable {
    private struct WakeUp {
        weak var object: HostedObject?
        let moment: Timestamp
        let timer: Scheduled<Void>
    }

    private let eventLoop: any EventLoop
    private let pending = Mutex<[ObjectIdentifier: WakeUp]>([:])

    /// - Parameter eventLoop: on which the timers run.
    init(on eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Wakes an object at a moment, unless it is woken earlier anyway and can ask again.
    ///
    /// - Parameter wake: is called on the event loop with the object.
    func set(_ object: HostedObject, at moment: Timestamp, _ wake: @escaping @Sendable (HostedObject) -> Void) {
        pending.withLock { pending in
            let key = ObjectIdentifier(object)
            if let known = pending[key] {
                // Another object may have been where this one is now.
                if known.object === object, known.moment <= moment { return }
                known.timer.cancel()
            }
            let timer = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(clamping: moment.nanoseconds))) { [self] in
                if let object = take(key, moment) { wake(object) }
            }
            pending[key] = WakeUp(object: object, moment: moment, timer: timer)
        }
    }

    /// Takes out what a timer was set for; `nil` when another has taken its place, or the object is gone.
    private func take(_ key: ObjectIdentifier, _ moment: Timestamp) -> HostedObject? {
        pending.withLock { pending in
            guard let known = pending[key], known.moment == moment else { return nil }
            pending[key] = nil
            return known.object
        }
    }

    /// How many timers are set.
    var count: Int { pending.withLock { $0.count } }
}
