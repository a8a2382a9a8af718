import Pickle
import TestSupport
import Testing

/// Values of every kind that programs send each other, stored as fragments and handed out to readers of every protocol.
struct RichValuesTests {
    private static let generate = """
        from rich_values import *
        for index, protocol, data in writable(): write_frame(struct.pack('BB', index, protocol) + data)
        """

    @Test(arguments: PythonInterpreter.all)
    func `What a Python stores is what it gets back, at every protocol`(_ python: PythonInterpreter) async throws {
        let requests = Frames.split(try await python.run(Self.generate, environment: PythonModules.environment).bytes)
        #expect(requests.count > 60)
        var replies: [UInt8] = []
        var count = 0
        for request in requests {
            let fragments = try Self.arguments(Array(request[2...]))
            for version in 2...python.highestProtocol {
                let reply = try Self.reply(fragments, at: try #require(PickleProtocol(rawValue: version)))
                Frames.append(Array(request[..<2]) + [version] + reply, to: &replies)
                count += 1
            }
        }
        let answer = String(
            decoding: try await python.run("from rich_values import *\ncheck()", environment: PythonModules.environment, input: replies).bytes, as: UTF8.self)
        #expect(answer.hasPrefix("\(count) "))
        if !answer.hasSuffix("numpy") { print("NOT TESTED, for want of numpy in \(python): arrays") }
    }

    /// A request's arguments as a server keeps them: cut out, or where they refer to each other, read and written.
    private static func arguments(_ request: [UInt8]) throws -> [Fragment] {
        let version = try #require(PickleProtocol(rawValue: request[1]))
        return try request.withUnsafeBytes { bytes in
            var scanner = PickleScanner()
            if let root = try scanner.scan(bytes), let parts = scanner.elements(of: root),
                let arguments = scanner.elements(of: parts[parts.startIndex + 2]) {
                let fragments = arguments.compactMap { scanner.fragment($0, of: bytes) }
                if fragments.count == arguments.count { return fragments }
            }
            guard case .tuple(let parts) = try Unpickler().load(bytes), case .tuple(let arguments) = parts[2] else { return [] }
            return try arguments.map { try Fragment($0, at: version) }
        }
    }

    /// `('#RETURN', (…))`
    private static func reply(_ fragments: [Fragment], at version: PickleProtocol) throws -> [UInt8] {
        let readable = try fragments.map { try $0.readable(at: version) }
        let reply = FragmentBuilder.tuple([try Fragment("#RETURN", at: version), FragmentBuilder.tuple(readable)])
        #expect(reply.isReadable(at: version))
        return [0x80, version.rawValue] + reply.body.array + [0x2e]
    }
}
