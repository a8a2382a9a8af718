@testable import Multiprocessing
import NIOCore
import Testing

/// The calls of a multiplexed connection, apart from any connection.
struct SentCallsTests {
    private static let noLimit = CallLimit("get", timeout: nil)
    private static func reply(_ number: UInt64) -> MultiplexedReply { MultiplexedReply(number: number, isKept: false, bytes: ByteBuffer()) }

    private func outcome(of number: UInt64, in calls: inout SentCalls) async -> Result<MultiplexedReply, any Error> {
        var copy = calls
        let result = await Result { try await withCheckedThrowingContinuation { waiter in
            if let outcome = copy.wait(waiter, for: number) { waiter.resume(with: outcome) } else { waiter.resume(throwing: NotThere()) }
        } }
        calls = copy
        return result
    }

    private struct NotThere: Error {}

    @Test func `A reply that comes before its task waits is kept for it, once`() async throws {
        var calls = SentCalls()
        let (first, second) = (calls.insert(Self.noLimit), calls.insert(Self.noLimit))
        #expect(second > first)
        let waiting = try calls.settle(Self.reply(first), isCancelled: false)
        if waiting != nil { Issue.record("nobody waits yet") }
        #expect(throws: ManagerError.self) { try calls.settle(Self.reply(first), isCancelled: false) }
        #expect(throws: ManagerError.self) { try calls.settle(Self.reply(99), isCancelled: false) }
        #expect(try await outcome(of: first, in: &calls).get().number == first)
        #expect(throws: ManagerError.self) { try calls.settle(Self.reply(first), isCancelled: false) }
    }

    @Test func `A call is given up once, and ends as the server says`() async throws {
        var calls = SentCalls()
        let (late, early) = (calls.insert(Self.noLimit), calls.insert(Self.noLimit))
        #expect(calls.due == nil)
        let asked = [late, early, late].map { calls.abandon($0, CancellationError(), until: .now() + .seconds(60)) }
        #expect(asked == [true, true, false])
        #expect(calls.due != nil && !calls.isUnanswered(at: .now()) && calls.isUnanswered(at: .distantFuture))
        _ = try calls.settle(Self.reply(late), isCancelled: false)
        _ = try calls.settle(Self.reply(early), isCancelled: true)
        #expect(calls.due == nil)
        #expect(try await outcome(of: late, in: &calls).get().number == late)
        let error = await outcome(of: early, in: &calls)
        #expect(throws: CancellationError.self) { try error.get() }
        let isAsked = calls.abandon(late, CancellationError(), until: .now())
        #expect(!isAsked)
    }

    @Test func `A call whose deadline has come is late until it is given up`() {
        var calls = SentCalls()
        _ = calls.insert(Self.noLimit)
        let number = calls.insert(CallLimit("qsize", timeout: .seconds(1)))
        #expect(calls.late(at: .now()).isEmpty)
        let late = calls.late(at: .now() + .seconds(2))
        #expect(late.map(\.number) == [number] && late.map(\.error.code) == [.deadlineExceeded])
        #expect(late.first?.error.description.hasPrefix("qsize ") == true)
        _ = calls.abandon(number, CancellationError(), until: .distantFuture)
        #expect(calls.late(at: .now() + .seconds(2)).isEmpty)
    }

    @Test func `When the connection ends, what was given up says so, and the rest is lost`() async throws {
        var calls = SentCalls()
        let numbers = (0..<3).map { _ in calls.insert(Self.noLimit) }
        _ = calls.abandon(numbers[0], CancellationError(), until: .distantFuture)
        _ = try calls.settle(Self.reply(numbers[1]), isCancelled: false)
        let waiting = calls.settleAll(ManagerError(.connectionLost, "gone"))
        #expect(waiting.isEmpty)
        let (cancelled, answered, lost) = (
            await outcome(of: numbers[0], in: &calls), await outcome(of: numbers[1], in: &calls), await outcome(of: numbers[2], in: &calls))
        #expect(throws: CancellationError.self) { try cancelled.get() }
        #expect(try answered.get().number == numbers[1])
        #expect(throws: ManagerError.self) { try lost.get() }
    }
}
