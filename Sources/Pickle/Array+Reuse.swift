extension Array {
    /// Takes all elements out of an array that is used again and again. The memory is kept, unless it was a large one for once.
    mutating func removeAllForReuse() {
        if capacity >= 4_096 { self = [] } else if !isEmpty { removeAll(keepingCapacity: true) }
    }
}
