import Pickle

/// A call's arguments in the order of the parameters; `nil` for one that was left out between others.
struct BoundArguments: RandomAccessCollection, Sendable {
    /// As they were sent.
    let sent: Arguments
    /// `nil` for nearly all calls: the arguments stand as they were sent, by position.
    private let arranged: [Fragment?]?

    /// Those that were sent by position.
    init(_ sent: consuming Arguments) {
        self.sent = sent
        arranged = nil
    }

    init(_ sent: consuming Arguments, arranged: [Fragment?]) {
        self.sent = sent
        self.arranged = arranged
    }

    var startIndex: Int { 0 }

    var endIndex: Int { arranged?.count ?? sent.positional.count }

    subscript(position: Int) -> Fragment? {
        if let arranged { arranged[position] } else { sent.positional[position] }
    }
}
