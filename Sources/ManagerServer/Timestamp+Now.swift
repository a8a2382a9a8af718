import ManagedObjects
import NIOCore

extension Timestamp {
    /// The moment by the clock of the event loops.
    static var now: Timestamp { Timestamp(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds)) }

    func seconds(until later: Timestamp) -> Double { Double(later.nanoseconds - nanoseconds) / 1e9 }
}
