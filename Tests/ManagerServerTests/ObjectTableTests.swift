import ManagedObjects
@testable import ManagerServer
import Pickle
import Testing

/// Which objects live: what clients refer to, and what these hold proxies of.
struct ObjectTableTests {
    private let table = ObjectTable(pinning: [])

    private func makeList() -> String { table.insert(.hosting(ManagedList()), named: "list", as: table.newIdentifier()) }

    private func proxy(_ identifier: String) throws -> Fragment {
        let token = PickleInstance(
            .global(ProxyToken.token), construction: .new, state: .tuple(["list", .tuple(["127.0.0.1", 1]), .string(identifier)]))
        let rebuild = PickleGlobal(module: "multiprocessing.managers", name: "RebuildProxy")
        return try Fragment(.instance(PickleInstance(.global(rebuild), [.none, .instance(token), "pickle", [:]])))
    }

    @discardableResult
    private func call(_ method: String, _ arguments: [Fragment], on identifier: String) throws -> Reply? {
        var effects = Effects()
        let result = try #require(table.object(identifier)).call(
            method, table.claim(Arguments(arguments), for: identifier), id: CallID(session: SessionID(1), number: 1),
            now: Timestamp(nanoseconds: 0), effects: &effects)
        guard case .reply(let reply)? = result else { return nil }
        return reply
    }

    private var identifiers: [String] { table.all.map(\.identifier) }

    @Test func `A proxy in a container keeps its object alive until the container lets it go`() throws {
        let (outer, inner) = (makeList(), makeList())
        try call("append", [proxy(inner)], on: outer)
        try table.dropReference(inner)
        #expect(table.count == 1)
        #expect(identifiers == [outer, inner])
        try call("clear", [], on: outer)
        #expect(identifiers == [outer])
    }

    private func method(_ name: String, of identifier: String) throws -> TargetMethod {
        guard case .method(let target) = table.target(identifier, name) else { throw PythonException.keyError(.string(name)) }
        return target
    }

    @Test func `A call's target finds its object as long as that is there, and does not keep it`() throws {
        let (kept, dropped) = (makeList(), makeList())
        let (toKept, toDropped) = (try method("append", of: kept), try method("append", of: dropped))
        weak var object: HostedObject?
        for _ in 0..<2 {
            object = toDropped.object
            #expect(object != nil && object === table.object(dropped) && toKept.object === table.object(kept))
        }
        try table.dropReference(dropped)
        #expect(object == nil && toDropped.object == nil && toKept.object != nil)
    }

    @Test func `What is no method of an object is a name, and of no object there is no target`() throws {
        let list = makeList()
        guard case .name(let name) = table.target(list, "#GETVALUE") else { Issue.record("a method"); return }
        #expect(name.identifier == list && name.method == "#GETVALUE")
        #expect(table.target("none", "append") == nil)
    }

    @Test func `An object goes with the container that alone refers to it, and with all that hangs on it`() throws {
        let chain = (0..<3).map { _ in makeList() }
        for (holder, held) in zip(chain, chain.dropFirst()) {
            try call("append", [proxy(held)], on: holder)
            try table.dropReference(held)
        }
        try table.dropReference(chain[0])
        #expect(identifiers.isEmpty)
    }

    @Test func `Objects that only refer to each other are freed, a list in itself too`() throws {
        let (own, first, second) = (makeList(), makeList(), makeList())
        try call("append", [proxy(own)], on: own)
        try call("append", [proxy(second)], on: first)
        try call("append", [proxy(first)], on: second)
        try table.dropReference(own)
        try table.dropReference(first)
        #expect(identifiers == [first, second])
        try table.dropReference(second)
        #expect(identifiers.isEmpty)
    }

    @Test func `What was taken out of a container lives as long as its reply is held`() throws {
        let (outer, inner) = (makeList(), makeList())
        try call("append", [proxy(inner)], on: outer)
        try table.dropReference(inner)
        var reply = try call("pop", [], on: outer)
        #expect(identifiers == [outer, inner])
        try table.dropReference(outer)
        #expect(identifiers == [inner])
        try table.addReference(inner)
        if case .value(let fragment)? = reply { #expect(fragment.owner != nil) } else { Issue.record("no value") }
        reply = nil
        #expect(identifiers == [inner])
        try table.dropReference(inner)
        #expect(identifiers.isEmpty)
    }

    @Test func `The parts of an argument keep only the objects alive that they refer to`() throws {
        let (outer, first, second) = (makeList(), makeList(), makeList())
        let pair = FragmentBuilder.list([try proxy(first), try proxy(second)])
        try call("extend", [pair], on: outer)
        try table.dropReference(first)
        try table.dropReference(second)
        try call("pop", [Fragment(0)], on: outer)
        #expect(identifiers == [outer, second])
    }

    @Test func `A list is extended by what another holds, and by itself`() throws {
        let (first, second) = (makeList(), makeList())
        try call("append", [Fragment(1)], on: first)
        try call("extend", [proxy(first)], on: second)
        try call("extend", [proxy(first)], on: first)
        #expect(try table.object(first)?.contents().value() == [1, 1])
        #expect(try table.object(second)?.contents().value() == [1])
    }

    @Test func `A long chain of lists in lists is freed without recursion`() throws {
        let first = makeList()
        var holder = first
        for _ in 0..<6_000 {
            let held = makeList()
            try call("append", [proxy(held)], on: holder)
            try table.dropReference(held)
            holder = held
        }
        try table.dropReference(first)
        #expect(identifiers.isEmpty)
    }

    @Test func `A shared object stays when no client refers to it, under the same identifier`() throws {
        let object = HostedObject.hosting(ManagedQueue())
        let table = ObjectTable(pinning: [("jobs", object)])
        let identifier = table.insert(object, named: "jobs", as: table.newIdentifier())
        #expect(table.count == 1)
        try table.dropReference(identifier)
        #expect(table.count == 0)
        #expect(throws: PythonException.self) { try table.dropReference(identifier) }
        #expect(table.insert(object, named: "jobs", as: table.newIdentifier()) == identifier)
    }
}
