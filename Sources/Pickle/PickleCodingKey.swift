/// A place in a list, a key of a dict, or where a superclass's part stands.
struct PickleCodingKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }

    static let superclass = PickleCodingKey(stringValue: "super")
}

/// A `CodingKey` path that is put together only when someone asks.
struct PickleCodingPath {
    let parents: [any CodingKey]
    let key: (any CodingKey)?

    static let root = PickleCodingPath(parents: [], key: nil)

    var keys: [any CodingKey] { if let key { parents + [key] } else { parents } }
    var depth: Int { parents.count + (key == nil ? 0 : 1) }
}

/// A path as a Swift programmer would write it: `tasks[2].size`.
func pickleCodingPathDescription(_ keys: [any CodingKey]) -> String {
    var text = ""
    for key in keys {
        if let index = key.intValue {
            text += "[\(index)]"
        } else {
            text += (text.isEmpty ? "" : ".") + key.stringValue
        }
    }
    return text
}
