import ManagedMacros
import ManagerServer
import TestSupport
import Testing

/// Types that are registered by their name alone, used by Swift and Python programs.
@Suite(.timeLimit(.minutes(2))) struct ManagedTypesTests {
    @Test func `A class is used through the proxy that was written for it`() async throws {
        try await withTypes { _, manager in
            let maths = try await manager(Types.maths, 100)
            #expect(try await maths.add(4, 3) == 107)
            #expect(try await maths.say("a") == "aa.")
            #expect(try await maths.say("a", times: 3, mark: "!") == "aaa!")
            #expect(try await maths.squareRoot(of: 9) == 3)
            #expect(try await maths.slow([1, "x"]) == [1, "x"])
            try await maths.forget()
            #expect(try await manager(Types.maths).add(4, 3) == 7)
            let error = await #expect(throws: RemoteError.self) { try await maths.squareRoot(of: -1) }
            #expect(error?.type == .valueError)
            let hidden = await #expect(throws: RemoteError.self) { try await maths.object.call("hidden") }
            #expect(hidden?.type == .keyError)
        }
    }

    @Test func `A method returns the proxy of another managed type`() async throws {
        try await withTypes { _, manager in
            let maths = try await manager(Types.maths)
            let tally = try await maths.tally(from: 40)
            #expect(try await tally.advance(by: 2) == 42)
            #expect(try await tally.advance() == 43)
            #expect(try await maths.maybe(false) == nil)
            #expect(try await maths.maybe(true)?.value() == 0)
        }
    }

    @Test func `Structs change in their place; actors and global actors isolate`() async throws {
        try await withTypes { _, manager in
            _ = try await manager(Types.tally).advance(by: 2)
            #expect(try await manager(Types.tally).value() == 2)
            let account = try await manager(Types.account)
            #expect(try await account.pay(5) == 5)
            #expect(try await account.wait() == 5)
            #expect(try await account.currency() == "EUR")
            await #expect(throws: RemoteError.self) { try await account.pay(-6) }
            #expect(try await manager(Types.window).rename("new") == "new")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `A Python program uses the types by name`(_ python: PythonInterpreter) async throws {
        try await withTypes { server, _ in
            guard case .tcp(_, let port) = server.address else { return }
            let output = try await python.run("""
                import sys
                from multiprocessing.managers import BaseManager
                class Manager(BaseManager): pass
                for name in ['Maths', 'Tally', 'Account']: Manager.register(name)
                manager = Manager(('127.0.0.1', int(sys.argv[1])), b'abc')
                manager.connect()
                maths = manager.Maths(base=100)
                account = manager.Account()
                def raised(function, *arguments):
                    try: function(*arguments)
                    except Exception as error: return '%s: %s' % (type(error).__name__, error)
                lines = [
                    maths.add(4, b=3), maths.say('a'), maths.say('a', times=1, mark='!'), maths.root(of=4), maths.slow((1, None)) == (1, None),
                    maths.tally(40).advance(by=2), manager.Tally().value(), account.pay(5), account.wait(), raised(maths.add, 1, 'x'),
                    raised(account.pay, -6), maths,
                ]
                sys.stdout.write('\\n'.join(str(line) for line in lines))
                """, [String(port)]).output
            #expect(output.split(separator: "\n") == [
                "107", "aa.", "a!", "2.0", "True", "42", "0", "5", "5", "TypeError: add() argument 'b' must be int, not str",
                "ValueError: overdrawn", "Maths on 100",
            ])
        }
    }
}
