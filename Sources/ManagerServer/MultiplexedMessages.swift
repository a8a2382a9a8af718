import ManagerConnection

/// The form of a session that carries many calls at once, as ``MultiplexedFrame`` describes it.
struct MultiplexedMessages {
    private let maximumOutstandingCalls: Int
    private var last: UInt64 = 0

    init(maximumOutstandingCalls: Int) { self.maximumOutstandingCalls = maximumOutstandingCalls }

    func mayServe(outstanding: Int) -> Bool { outstanding < maximumOutstandingCalls }

    mutating func read(_ frame: FrameBytes) -> ClientMessage? {
        guard frame.bytes.count >= MultiplexedFrame.headerLength, let kind = MultiplexedFrame.Kind(rawValue: frame.bytes[0]) else { return nil }
        let number = UInt64(littleEndian: frame.bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
        let body = frame.dropFirst(MultiplexedFrame.headerLength)
        switch kind {
        case .request:
            guard number > last else { return nil }
            last = number
            return .request(number: number, body: body, acknowledging: nil)
        case .cancel: return body.bytes.isEmpty ? .cancellation(of: number) : nil
        case .heartbeat: return body.bytes.isEmpty && number == 0 ? .heartbeat : nil
        case .acknowledge: return body.bytes.isEmpty ? .acknowledgement(of: number) : nil
        }
    }
}
