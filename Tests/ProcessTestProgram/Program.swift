import Multiprocessing
@main struct Program: MultiprocessingProgram { static func run() async throws { print("hi") } }
