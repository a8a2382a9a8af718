import Benchmark
import PartBodies

/// The clock's part: a sample is many rounds, since one takes less than the clock is able to tell.
let benchmarks: @Sendable () -> Void = {
    for part in Part.all {
        Benchmark(part.name, configuration: .init(metrics: [.wallClock], timeUnits: .nanoseconds, warmupIterations: 3, scalingFactor: .kilo, maxDuration: .milliseconds(500))) { benchmark in
            let run = try part.prepare()
            benchmark.startMeasurement()
            try run(benchmark.scaledIterations.count)
            benchmark.stopMeasurement()
        }
    }
}
