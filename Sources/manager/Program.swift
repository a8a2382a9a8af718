import CProcessSpawn
import Multiprocessing

/// Where every process of `manager` begins: the command itself, its server, and its workers, which are this program started again.
@main
enum Program {
    static func main() async {
        await ProcessBootstrap.runChildIfSpawned()
        // It is about to read keys.
        _ = process_spawn_set_dumpable(0)
        KeyOptions.clearEnvironment()
        await CommandLineRun.run()
    }
}
