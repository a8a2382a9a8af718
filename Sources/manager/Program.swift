import Multiprocessing

/// Where every process of `manager` begins: the command itself, its server, and its workers, which are this program started again.
@main
enum Program {
    static func main() async {
        await ProcessBootstrap.runChildIfSpawned()
        await CommandLineRun.run()
    }
}
