@testable import ManagerServer
import Pickle
import Testing

struct PickledReplyTests {
    @Test(arguments: [PickleProtocol.v2, .v4])
    func `An exception that has no form in a pickle is told by its own text`(_ version: PickleProtocol) throws {
        guard case .traceback(let text) = PickledReply.raising(.keyError(.extensionCode(-1)), at: version) else { Issue.record("no traceback"); return }
        #expect(try text.value().pythonStr().contains("KeyError"))
    }

    @Test func `An exception that has a form is sent as it is`() throws {
        guard case .error(let exception) = PickledReply.raising(.keyError("k"), at: .v4) else { Issue.record("no error"); return }
        #expect(try exception.value().description.contains("KeyError"))
    }
}
