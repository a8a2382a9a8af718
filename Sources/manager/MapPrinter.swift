import Multiprocessing

/// Prints what became of an input.
struct MapPrinter: Sendable {
    let program: String
    let format: MapCommand.Format

    func print(_ result: CommandResult) {
        switch format {
        case .text: printText(result)
        case .json: printJSON(result)
        }
    }

    /// The outputs as they are; a failure is told on standard error.
    private func printText(_ result: CommandResult) {
        StandardStreams.output(result.output)
        if !result.isSuccess {
            let input = (try? result.input.pythonStr()) ?? ""
            StandardStreams.error("manager: \(program): \(input): \(result.outcome)\n")
        }
        StandardStreams.error(result.error)
    }

    private func printJSON(_ result: CommandResult) {
        var result = result
        result.id = nil
        result.input = result.input.asText
        let item = result.item
        guard case .dictionary(let entries) = item else { return }
        let texts = entries.map { (key: $0.key, value: $0.value.asText) }
        if let line = try? JSONText(.dictionary(PickleEntries(texts))).text { StandardStreams.output(line + "\n") }
    }
}

extension CommandResult {
    /// How the command ended, in words.
    var outcome: String {
        if let problem { return problem }
        guard let status else { return "no exit status" }
        return status < 0 ? "ended by signal \(-status)" : "exit status \(status)"
    }
}

extension PickleValue {
    /// Text for JSON: bytes that are not UTF-8 with replacement characters.
    fileprivate var asText: PickleValue {
        if case .bytes(let bytes) = self { .string(String(decoding: bytes, as: UTF8.self)) } else { self }
    }
}
