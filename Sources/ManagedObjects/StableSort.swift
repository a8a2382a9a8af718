/// A merge sort that keeps the order of equals, as Python's does and the standard library does not promise.
enum StableSort {
    static func sorted<Element, Failure: Error>(
        _ elements: [Element], by areInIncreasingOrder: (Element, Element) throws(Failure) -> Bool
    ) throws(Failure) -> [Element] {
        var source = elements
        var width = 1
        while width < source.count {
            var merged: [Element] = []
            merged.reserveCapacity(source.count)
            for start in stride(from: 0, to: source.count, by: 2 * width) {
                let middle = min(start + width, source.count)
                let end = min(middle + width, source.count)
                try merge(source[start..<middle], source[middle..<end], into: &merged, by: areInIncreasingOrder)
            }
            source = merged
            width *= 2
        }
        return source
    }

    private static func merge<Element, Failure: Error>(
        _ left: ArraySlice<Element>, _ right: ArraySlice<Element>, into merged: inout [Element],
        by areInIncreasingOrder: (Element, Element) throws(Failure) -> Bool
    ) throws(Failure) {
        var (left, right) = (left, right)
        while let first = left.first, let second = right.first {
            if try areInIncreasingOrder(second, first) {
                merged.append(second)
                right.removeFirst()
            } else {
                merged.append(first)
                left.removeFirst()
            }
        }
        merged += left
        merged += right
    }
}
