import ManagedObjects
@testable import ManagerServer
import Testing

/// Who may connect besides those that are there.
struct AdmissionTests {
    private func admission(perPeer: Int = 100, unauthenticated: Int = 100) -> Admission {
        Admission(Admission.Limits(perPeer: perPeer, unauthenticated: unauthenticated))
    }

    @Test func `A peer has as many connections as it may, and gets room when one ends`() {
        var admission = admission(perPeer: 2)
        #expect(admission.admit(SessionID(1), from: "a") == .accepted)
        #expect(admission.admit(SessionID(2), from: "a") == .accepted)
        #expect(admission.admit(SessionID(3), from: "a") == .refused)
        #expect(admission.admit(SessionID(4), from: "b") == .accepted)
        admission.hasLeft(SessionID(1), from: "a")
        #expect(admission.admit(SessionID(5), from: "a") == .accepted)
        #expect(admission.admit(SessionID(6), from: "a") == .refused)
    }

    @Test func `Connections over unix sockets are not counted by peer`() {
        var admission = admission(perPeer: 1)
        for number in 1...10 { #expect(admission.admit(SessionID(UInt64(number)), from: nil) == .accepted) }
    }

    @Test func `The oldest that has not authenticated makes room, never one that has`() {
        var admission = admission(unauthenticated: 2)
        #expect(admission.admit(SessionID(1), from: "a") == .accepted)
        admission.hasAuthenticated(SessionID(1))
        #expect(admission.admit(SessionID(2), from: "a") == .accepted)
        #expect(admission.admit(SessionID(3), from: "a") == .accepted)
        #expect(admission.admit(SessionID(4), from: "a") == .acceptedInsteadOf(SessionID(2)))
        admission.hasLeft(SessionID(3), from: "a")
        #expect(admission.admit(SessionID(5), from: "a") == .accepted)
        #expect(admission.admit(SessionID(6), from: "a") == .acceptedInsteadOf(SessionID(4)))
    }
}
