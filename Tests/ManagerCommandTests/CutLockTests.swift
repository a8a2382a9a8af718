import TestSupport
import Testing

/// Holders of robust locks that cannot be reached any more: nobody tells the server.
@Suite(.timeLimit(.minutes(2))) struct CutLockTests {
    private static let environment = ["MANAGER_AUTHKEY": "abc", "PYTHONDONTWRITEBYTECODE": "1"]

    private static let connecting = """
        import sys, time
        from multiprocessing.managers import BaseManager
        class Manager(BaseManager): pass
        Manager.register('lock')
        m = Manager((sys.argv[1].split(':')[0], int(sys.argv[1].split(':')[1])), b'abc'); m.connect()
        lock = m.lock(); lock.locked()

        """

    @Test(arguments: ["Lock", "RLock", "Semaphore", "Condition"])
    func `What a Python client held whose network was cut is released, and the next holder is told`(_ type: String) async throws {
        guard let network = await TestNetwork.ifPermitted(), let python = PythonInterpreter.newest else { return }
        let server = try network.startHere(
            BuiltProduct.path("manager"),
            ["serve", "--address", "\(TestNetwork.here):0", "--robust-locks", "--peer-timeout", "2", "--register", "lock=\(type)"],
            environment: Self.environment)
        let address = try await server.listeningAddress()
        let holder = try network.startThere(
            python.path, ["-u", "-c", Self.connecting + "lock.acquire(); print('holds'); time.sleep(100)", address], environment: Self.environment)
        #expect(await holder.nextLine() == "holds")
        let waiter = try network.startHere(
            python.path, ["-u", "-c", Self.connecting + "print(lock.acquire(False)); print(lock.acquire_fenced()[1])", address],
            environment: Self.environment)
        #expect(await waiter.nextLine() == "False")
        await network.cut(then: waiter, says: "True")
        for program in [holder, waiter, server] { program.kill() }
    }
}
