/// A sort that keeps the order of equals, and compares in the order in which CPython's does, so that the first pair that cannot
/// be compared is the same: runs, which binary insertion brings to a length of up to 64, merged two by two.
enum StableSort {
    private static let shortest = 64

    /// Sorts; when a comparison throws, what was in order already stays so.
    ///
    /// - Parameter extendsTurnedRuns: whether a run that has been turned round may go on, as in CPython since 3.13.
    static func sort<Element, Failure: Error>(
        _ elements: inout [Element], extendsTurnedRuns: Bool, by precedes: (Element, Element) throws(Failure) -> Bool
    ) throws(Failure) {
        var bounds = [0]
        while let start = bounds.last, start < elements.count {
            let end = min(start + shortest, elements.count)
            try insert(&elements, start..<end, sorted: run(&elements, start..<end, extendsTurnedRuns, by: precedes), by: precedes)
            bounds.append(end)
        }
        while bounds.count > 2 {
            var merged = [0]
            for middle in stride(from: 1, to: bounds.count, by: 2) {
                let end = min(middle + 1, bounds.count - 1)
                try merge(&elements, bounds[middle - 1]..<bounds[middle], bounds[middle]..<bounds[end], by: precedes)
                merged.append(bounds[end])
            }
            bounds = merged
        }
    }

    /// The end of the elements at the beginning that are in order; when each is less than the one before, they are turned round.
    private static func run<Element, Failure: Error>(
        _ elements: inout [Element], _ range: Range<Int>, _ extendsTurned: Bool, by precedes: (Element, Element) throws(Failure) -> Bool
    ) throws(Failure) -> Int {
        guard range.count > 1 else { return range.upperBound }
        let falls = try precedes(elements[range.lowerBound + 1], elements[range.lowerBound])
        var end = range.lowerBound + 2
        while end < range.upperBound, try precedes(elements[end], elements[end - 1]) == falls { end += 1 }
        guard falls else { return end }
        elements[range.lowerBound..<end].reverse()
        while extendsTurned, end < range.upperBound, try !precedes(elements[end], elements[end - 1]) { end += 1 }
        return end
    }

    /// Brings each element from `sorted` on to its place among those before it.
    private static func insert<Element, Failure: Error>(
        _ elements: inout [Element], _ range: Range<Int>, sorted: Int, by precedes: (Element, Element) throws(Failure) -> Bool
    ) throws(Failure) {
        for next in sorted..<range.upperBound {
            let element = elements[next]
            var (low, high) = (range.lowerBound, next)
            while low < high {
                let middle = low + (high - low) / 2
                if try precedes(element, elements[middle]) { high = middle } else { low = middle + 1 }
            }
            elements.remove(at: next)
            elements.insert(element, at: low)
        }
    }

    private static func merge<Element, Failure: Error>(
        _ elements: inout [Element], _ left: Range<Int>, _ right: Range<Int>, by precedes: (Element, Element) throws(Failure) -> Bool
    ) throws(Failure) {
        var merged: [Element] = []
        merged.reserveCapacity(left.count + right.count)
        var (first, second) = (left.lowerBound, right.lowerBound)
        while first < left.upperBound, second < right.upperBound {
            if try precedes(elements[second], elements[first]) {
                merged.append(elements[second])
                second += 1
            } else {
                merged.append(elements[first])
                first += 1
            }
        }
        merged += elements[first..<left.upperBound]
        merged += elements[second..<right.upperBound]
        elements.replaceSubrange(left.lowerBound..<right.upperBound, with: merged)
    }
}
