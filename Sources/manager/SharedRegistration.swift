import ManagerServer
import Multiprocessing

/// One `--register`: `NAME=TYPE`, or with options of the type's, as a JSON object: `NAME=TYPE{"maxsize": 10}`.
struct SharedRegistration {
    private let text: String
    private let name: String
    private let type: String
    private var options = Arguments()

    /// - Throws: ``Failure`` when it is not of this form.
    init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw Failure("--register \(text): write NAME=TYPE, such as get_task=Queue") }
        self.text = text
        name = String(parts[0])
        let brace = parts[1].firstIndex(of: "{") ?? parts[1].endIndex
        type = String(parts[1][..<brace])
        if brace < parts[1].endIndex { options.keywords = try Self.options(parts[1][brace...], in: text) }
    }

    private static func options(_ json: Substring, in text: String) throws -> [(name: String, value: Fragment)] {
        guard case .dictionary(let entries)? = JSONText.value(String(json)) else {
            throw Failure("--register \(text): options are a JSON object, such as jobs=WorkQueue{\"max_deliveries\": 3}")
        }
        return try entries.map { (name: try $0.key.pythonStr(), value: try Fragment($0.value)) }
    }

    /// Makes the object.
    ///
    /// - Throws: ``Failure`` when there is no such type, or it refuses the options.
    func register(in registry: inout Registry) throws {
        do {
            try registry.register(name, sharing: type, options)
        } catch where options.keywords.isEmpty || !registry.typeIDs.contains(type) {
            throw Failure("--register \(text): no object of type '\(type)' can be made; types: \(Registry.standard.typeIDs.joined(separator: ", "))")
        } catch {
            let reason = (try? error.arguments.first?.pythonStr()).flatMap(\.self) ?? error.name
            throw Failure("--register \(text): no object of type '\(type)' can be made so: \(reason)")
        }
    }
}
