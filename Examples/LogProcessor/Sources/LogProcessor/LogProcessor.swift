import Multiprocessing

/// Counts lines, errors and warnings of log files, with a worker process for each processor.
@main struct LogProcessor: MultiprocessingProgram {
    static func run() async throws {
        let paths = CommandLine.arguments.dropFirst()
        guard !paths.isEmpty else { return print("usage: LogProcessor FILE...") }
        // Reading a file twice does no harm, so that of a worker that dies is read again.
        try await withProcessPool(configuration: .init(onWorkerLoss: .retry(upTo: 2))) { pool in
            var (total, failures) = (LogSummary(), 0)
            for try await outcome in pool.outcomes(of: paths.map(SummarizeLog.init)) {
                switch outcome.result {
                case .success(let summary):
                    total = total + summary
                    show(summary, paths[paths.startIndex + outcome.index])
                case .failure(let error):
                    failures += 1
                    print("failed: \(error)")
                }
            }
            show(total, "\(paths.count - failures) files")
        }
    }

    private static func show(_ summary: LogSummary, _ name: String) {
        print("\(summary.lines) lines, \(summary.errors) errors, \(summary.warnings) warnings: \(name)")
    }
}
