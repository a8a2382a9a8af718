import Foundation
import ManagerConnection
@testable import ManagerServer
import Pickle
import Synchronization
import TestSupport
import Testing

/// A line of an audit log.
private struct Line: Decodable, Equatable {
    var time: String?
    var event: String
    var session: Int?
    var peer: String?
    var key: String?
    var name: String?
    var object: String?
    var method: String?
    var function: String?
    var reason: String?
    var lines: Int?
}

@Suite(.timeLimit(.minutes(1))) struct AuditLogTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)").path

    private func lines(_ path: String) throws -> [Line] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    private func line(_ text: String) -> [UInt8] {
        var line = AuditLine("test")
        line.add("name", text)
        return line.ended()
    }

    @Test func `Who does what to which object is written, and no value`() async throws {
        defer { unlink(path) }
        let access = try GrantTests.access()
        var object = ""
        try await withServer(configure: { $0.access = access; $0.auditLog = path }) { server in
            let peer = try RawPeer.session(server, key: "work")
            guard case .tuple(let created) = try peer.request(nil, "create", "list", .list(["first secret"])).result, let list = created[0].text
            else { throw RawPeer.Closed() }
            object = list
            _ = try peer.request(list, "append", "second secret")
            _ = try peer.request(list, "remove", "third secret")
            _ = try RawPeer.call(server, "shutdown", key: "work")
            _ = try RawPeer.call(server, "shutdown", key: "operate")
            #expect(throws: AuthenticationError.self) { try RawPeer(port: server.port).authenticate("fourth secret") }
        }
        let lines = try lines(path)
        let first = lines.filter { $0.session == 1 && $0.event != "ended" }
        #expect(first.map(\.event) == ["authenticated", "create", "call", "denied"])
        #expect(first.map(\.key) == ["workers", "workers", "workers", "workers"])
        #expect(first.allSatisfy { $0.peer?.hasPrefix("127.0.0.1:") == true })
        #expect(first.map(\.object) == [nil, object, object, nil])
        #expect(first.map(\.name) == [nil, "list", "list", nil])
        #expect(first.map(\.method) == [nil, nil, "append", nil])
        #expect(first.last?.reason == "the key 'workers' may not call list.remove")
        #expect(lines.filter { $0.event == "denied" }.map(\.reason).last == "the key 'workers' may not administer the server (shutdown)")
        #expect(lines.filter { $0.event == "administer" }.map { "\($0.key ?? "") \($0.function ?? "")" } == ["operators shutdown"])
        #expect(lines.filter { $0.event == "refused" }.map(\.reason) == ["digest received was wrong: the peer uses another authkey"])
        #expect(lines.filter { $0.event == "refused" }.map(\.key) == [nil])
        #expect(Set(lines.filter { $0.event == "ended" }.map(\.session)) == [1, 2, 3, 4])
        #expect(lines.compactMap(\.time) == lines.compactMap(\.time).sorted())
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for secret in ["secret", "operate\"", "\"work\""] { #expect(!text.contains(secret)) }
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test func `The peer at a unix socket is known by its user and process`() async throws {
        let socket = path + ".s"
        defer { unlink(path) }
        let python = try #require(PythonInterpreter.newest)
        let script = """
            import os, sys
            from multiprocessing.managers import BaseManager
            BaseManager(sys.argv[1], b'abc').connect()
            print('unix:uid=%d,pid=%d' % (os.getuid(), os.getpid()))
            """
        try await withServer(configure: { $0.address = .unix(socket); $0.auditLog = path }) { _ in
            let peer = try #require(try await python.run(script, [socket]).lines.first)
            try await waitUntil { try lines(path).contains { $0.event == "authenticated" } }
            #expect(try lines(path).first?.peer == peer)
        }
    }

    @Test func `The time is that of UTC`() throws {
        let before = Date()
        let line = try JSONDecoder().decode(Line.self, from: Data(line("x")))
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        let written = try #require(formatter.date(from: line.time ?? ""))
        #expect(abs(written.timeIntervalSince(before)) < 60)
    }

    @Test func `Any name is written as JSON has it, and a long one is cut`() throws {
        for name in ["a\"b\\c", "\n\t\u{0}\u{1f}", "ü😀", "{}"] {
            #expect(try JSONDecoder().decode(Line.self, from: Data(line(name))).name == name)
            #expect(line(name).filter { $0 == UInt8(ascii: "\n") }.count == 1)
        }
        let long = try JSONDecoder().decode(Line.self, from: Data(line(String(repeating: "é", count: 1 << 20))))
        #expect(long.name == String(repeating: "é", count: 256))
    }

    @Test func `A log that was moved away goes on in a new file, and no line is lost`() async throws {
        let moved = path + ".1"
        defer { unlink(path); unlink(moved) }
        let log = try AuditLog(path: path) { _ in }
        for number in 0..<100 { log.add(line("before \(number)")) }
        // A line of which a part is written cannot be read yet.
        try await waitUntil { (try? lines(path).count) == 100 }
        #expect(rename(path, moved) == 0)
        log.reopen()
        try await waitUntil { FileManager.default.fileExists(atPath: path) }
        for number in 0..<100 { log.add(line("after \(number)")) }
        await log.close()
        #expect(try lines(moved).map(\.name) == (0..<100).map { "before \($0)" })
        #expect(try lines(path).map(\.name) == (0..<100).map { "after \($0)" })
    }

    @Test func `Lines that many threads add are whole, and all there`() async throws {
        defer { unlink(path) }
        let log = try AuditLog(path: path) { _ in }
        await withTaskGroup { group in
            for task in 0..<8 { group.addTask { for number in 0..<500 { log.add(self.line("\(task) \(number)")) } } }
        }
        await log.close()
        let names = try lines(path).compactMap(\.name)
        #expect(names.count == 4_000)
        for task in 0..<8 { #expect(names.filter { $0.hasPrefix("\(task) ") } == (0..<500).map { "\(task) \($0)" }) }
    }

    @Test func `While the disk is full lines are kept, those beyond the limit are counted, and the log says so`() async throws {
        defer { unlink(path) }
        let reports = Mutex<[AuditError?]>([])
        // A device on which every write fails as on a full disk, under the log's name.
        #expect(symlink("/dev/full", path) == 0)
        let size = line("0").count
        let log = try AuditLog(path: path, capacity: 10 * size) { error in reports.withLock { $0.append(error) } }
        log.add(line("0"))
        try await waitUntil { !reports.withLock { $0.isEmpty } }
        #expect(reports.withLock { $0 } == [AuditError(path: path, code: ENOSPC)])
        for number in 1..<25 { log.add(line("\(number % 10)")) }
        // There is room again, in another file.
        unlink(path)
        log.reopen()
        try await waitUntil { reports.withLock { $0.count } == 2 }
        #expect(reports.withLock { $0.last } == .some(nil))
        log.add(line("x"))
        await log.close()
        let written = try lines(path)
        #expect(written.map(\.event) == Array(repeating: "test", count: 10) + ["lost", "test"])
        #expect(written[10].lines == 15)
        #expect(written.compactMap(\.name) == (0..<10).map { "\($0)" } + ["x"])
    }

    @Test func `A log that cannot be opened is an error, and no server starts`() async throws {
        let error = await #expect(throws: AuditError.self) { try await withServer(configure: { $0.auditLog = "/nonexistent/audit" }) { _ in } }
        #expect(error?.description == "the audit log /nonexistent/audit cannot be written: No such file or directory")
    }
}
