import TestSupport
import Testing

extension TestNetwork {
    /// Cuts the network, and sees that the program says so some time later: a server whose peer timeout is two seconds has given up the others.
    func cut(then program: TestProgram, says line: String) async {
        let start = ContinuousClock.now
        await cut()
        #expect(await program.nextLine() == line)
        // Not at once, for nobody was told; and not long after the time that was allowed.
        #expect((Duration.milliseconds(500)...Duration.seconds(30)).contains(start.duration(to: .now)))
    }
}
