/// A line on standard error that is written over and over, when that is a terminal: `312/1000  45/s  0:15 left  2 failed`.
struct ProgressLine {
    private let isShown = StandardStreams.errorIsTerminal
    private let start = ContinuousClock.now
    private var isOnScreen = false

    /// Shows how far the work is.
    ///
    /// - Parameter total: how many inputs there are; `nil` while more may still come.
    mutating func show(done: Int, total: Int?, failures: Int) {
        guard isShown else { return }
        let seconds = start.duration(to: .now) / .seconds(1)
        let rate = seconds > 0 ? Double(done) / seconds : 0
        var text = "\(done)\(total.map { "/\($0)" } ?? "")  \(Self.rounded(rate))/s"
        if let total, rate > 0 { text += "  \(Self.clock(Double(total - done) / rate)) left" }
        if failures > 0 { text += "  \(failures) failed" }
        StandardStreams.error("\r\(text)\u{1b}[K")
        isOnScreen = true
    }

    /// Takes the line away, so that something else can be printed.
    mutating func clear() {
        guard isOnScreen else { return }
        StandardStreams.error("\r\u{1b}[K")
        isOnScreen = false
    }

    private static func rounded(_ rate: Double) -> String {
        rate >= 10 ? "\(Int(rate))" : "\((rate * 10).rounded() / 10)"
    }

    /// Hours, minutes and seconds.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(min(seconds.rounded(.up), 359_999))
        let parts = whole >= 3_600 ? [whole / 3_600, whole / 60 % 60, whole % 60] : [whole / 60, whole % 60]
        return parts.enumerated().map { $0 > 0 && $1 < 10 ? "0\($1)" : "\($1)" }.joined(separator: ":")
    }
}
