import CProcessSpawn

/// A spawned child from its first line to its exit status.
enum SpawnedChild {
    private static let failed: Int32 = 1

    /// Learns from the parent what to run, and runs it.
    ///
    /// - Returns: The exit status.
    static func run(_ link: ProcessLink?) async -> Int32 {
        // The preparation brings the key.
        _ = process_spawn_set_dumpable(0)
        var reader = link.map { LinkReader($0) }
        guard let link, let preparation = reader?.receive().flatMap({ ChildPreparation($0) }), let reader else {
            StandardError.print("\(Executable.name): \(ChildMarker.variable) is set, but the parent process cannot be reached")
            return failed
        }
        if preparation.allowsCoreDumps { _ = process_spawn_set_dumpable(1) }
        let parent = ParentLink(link)
        CurrentProcess.become(preparation, of: parent)
        return await run(preparation, parent, reader)
    }

    private static func run(_ preparation: ChildPreparation, _ parent: ParentLink, _ reader: LinkReader) async -> Int32 {
        let target: any ProcessTarget
        do {
            target = try preparation.target.decode()
            try parent.listen(reader, preparation.role)
        } catch {
            return parent.reportFailure(error) ? failed : complain(error)
        }
        parent.reportBootstrapped(preparation.role)
        let status = await run(target, preparation.role, parent)
        await ProcessBootstrap.finishChildren()
        return status
    }

    /// Who is waited for and fails before it has reported tells its parent, everyone else standard error.
    private static func run(_ target: any ProcessTarget, _ role: ChildProcess.Role, _ parent: ParentLink) async -> Int32 {
        do {
            try await target.run()
            return 0
        } catch {
            return role.reportsWhenReady && parent.reportFailure(error) ? failed : complain(error)
        }
    }

    private static func complain(_ error: any Error) -> Int32 {
        StandardError.print("Process \(CurrentProcess.name): \(error)")
        return failed
    }
}
