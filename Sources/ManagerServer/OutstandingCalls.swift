import ManagedObjects
import NIOCore
import Pickle

/// A call that has not been answered yet.
struct WaitingCall {
    let id: CallID
    let object: HostedObject
    /// At which protocol its answer is written.
    let version: PickleProtocol
    /// Whether it is at work, and does not wait for others.
    var runs = false
}

/// The calls of one session that have not come to their end: those that wait, each with its timer, and those whose answer the peer has
/// yet to take over.
struct OutstandingCalls {
    private var waiting: [UInt64: (call: WaitingCall, timer: Scheduled<Void>?)] = [:]
    /// What answers refer to, by the number of the call.
    private var kept: [UInt64: any FragmentOwner] = [:]

    var waitingCount: Int { waiting.count }
    var keptCount: Int { kept.count }

    /// Those that wait for others, not those that are at work.
    var parked: [WaitingCall] { waiting.values.map(\.call).filter { !$0.runs } }

    /// A call that waits.
    subscript(number: UInt64) -> WaitingCall? { waiting[number]?.call }

    mutating func insert(_ call: WaitingCall, timer: Scheduled<Void>?) {
        waiting[call.id.number] = (call, timer)
    }

    /// The call waits no longer.
    mutating func remove(_ number: UInt64) {
        waiting.removeValue(forKey: number)?.timer?.cancel()
    }

    /// Keeps what an answer refers to, until the peer has references of its own.
    mutating func keep(_ owner: any FragmentOwner, for number: UInt64) { kept[number] = owner }

    mutating func release(_ number: UInt64) {
        if !kept.isEmpty { kept[number] = nil }
    }

    /// Ends all.
    ///
    /// - Returns: those that waited.
    mutating func removeAll() -> [WaitingCall] {
        defer { self = OutstandingCalls() }
        return waiting.values.map { call, timer in
            timer?.cancel()
            return call
        }
    }
}
