import Multiprocessing

/// What the server offers: matrices to be worked on, and their eigenvalues.
enum Matrices: ManagerDefinition {
    static let tasks = TypeID<QueueProxy<NumPyArray>>("get_task")
    static let results = TypeID<QueueProxy<Result>>("get_result")

    /// To the workers a dict: `{'trace': …, 'eigenvalues': array([…])}`.
    struct Result: Codable, Sendable {
        let trace: Double
        let eigenvalues: NumPyArray
    }

    static func register(in registry: inout Registry) {
        registry.register(tasks, shared: ManagedQueue())
        registry.register(results, shared: ManagedQueue())
    }
}

/// Has Python workers find the eigenvalues of matrices, with NumPy.
@main struct NumPyPool: MultiprocessingProgram {
    static let count = 20
    static let size = 50

    static func run() async throws {
        let arguments = CommandLine.arguments
        let address = try arguments.count > 1 ? ManagerAddress(parsing: arguments[1]) : .tcp("127.0.0.1", 5000)
        try await withManager(Matrices.self, address: address, authkey: "abc") { manager in
            if let address = manager.address { print("Serve at \(address)") }
            let (tasks, results) = (try await manager(Matrices.tasks), try await manager(Matrices.results))
            try await tasks.put(contentsOf: (0..<count).map { _ in symmetricMatrix() })
            for _ in 0..<count { check(try await results.get()) }
        }
        print("master exit.")
    }

    private static func symmetricMatrix() -> NumPyArray {
        var elements = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in 0...row {
                let element = Double.random(in: -1...1)
                elements[row * size + column] = element
                elements[column * size + row] = element
            }
        }
        return NumPyArray(shape: [size, size], elements: elements)
    }

    /// The sum of a matrix's eigenvalues is its trace.
    private static func check(_ result: Matrices.Result) {
        let sum = result.eigenvalues.elements.reduce(0, +)
        let isRight = result.eigenvalues.shape == [size] && abs(sum - result.trace) < 1e-9
        print("Result: largest \(result.eigenvalues.elements.max() ?? 0), sum \(isRight ? "=" : "≠") trace")
    }
}
