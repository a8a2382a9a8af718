import ManagedObjects
@testable import ManagerServer
import Pickle
import Testing

extension Request {
    /// `nil` for `None`, which names the server itself.
    fileprivate var identifier: String? {
        switch self {
        case .method(let target, _, _): target.identifier
        case .name(let target, _, _): target.identifier
        }
    }
}

struct RequestReaderTests {
    private func read(_ request: PickleValue, _ reader: inout RequestReader, at version: PickleProtocol = .v4) throws -> Request {
        try Pickler(version).dump(request).withUnsafeBytes { try reader.read(FrameBytes($0)) }
    }

    @Test(arguments: [PickleProtocol.v2, .v4])
    func `Names are those of each request, whatever the one before asked for`(_ version: PickleProtocol) throws {
        var reader = RequestReader(limits: .default, objects: ObjectTable(pinning: []))
        let long = String(repeating: "long", count: 100)
        var number = 0
        for identifier in ["1a", "1b", "1b", "1", "", "é", long, long + "!", "1a", "1a"] {
            for method in ["get", "put", "put", "get_many", long, identifier] {
                number += 1
                let request = try read(.tuple([.string(identifier), .string(method), .tuple([.int(number)]), [:]]), &reader, at: version)
                #expect(request.identifier == identifier)
                #expect(request.method == method)
                #expect(request.arguments.positional.map(\.int) == [number])
            }
            let server = try read(.tuple([.none, "dummy", .tuple([]), [:]]), &reader, at: version)
            #expect(server.identifier == nil)
            #expect(server.method == "dummy")
        }
    }

    @Test func `The latest targets are found again, however many there were, and an object that came later than its name was asked for`() throws {
        let table = ObjectTable(pinning: [])
        var reader = RequestReader(limits: .default, objects: table)
        func isMethod(_ identifier: String, _ method: String) throws -> Bool {
            let request = try read(.tuple([.string(identifier), .string(method), .tuple([]), [:]]), &reader)
            #expect(request.identifier == identifier && request.method == method)
            if case .method = request { return true } else { return false }
        }
        let identifier = table.newIdentifier()
        #expect(try !isMethod(identifier, "append"))
        _ = table.insert(.hosting(ManagedList()), named: "list", as: identifier)
        for _ in 0..<3 {
            for method in ManagedList.methods.exposed { #expect(try isMethod(identifier, method)) }
            #expect(try !isMethod(identifier, "#GETVALUE"))
            #expect(try !isMethod("none", "append"))
        }
    }
}
