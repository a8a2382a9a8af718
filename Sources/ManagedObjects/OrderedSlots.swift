/// Elements in the order in which they came, each at a position of its own: an unrolled linked list.
///
/// Elements stand in segments, and a removed one leaves a gap in its segment. Segments that have become nearly empty are joined with the next.
/// So no step takes long, however many elements there are: nothing is ever moved but what two segments hold.
struct OrderedSlots<Element: Sendable>: Sendable {
    private struct Segment: Sendable {
        var slots: [Element?] = []
        var count = 0
        var previous: Int
        var next = OrderedSlots.none
    }

    private static var none: Int { -1 }
    /// Elements in a segment: 2 to this power.
    private static var shift: Int { 8 }
    private static var capacity: Int { 1 << shift }

    private var segments: [Segment] = []
    /// Segments that are not in use.
    private var vacant: [Int] = []
    private var first = Self.none
    private var last = Self.none
    private(set) var count = 0

    /// The element at a position that is in use.
    subscript(position: Int) -> Element? {
        _read { yield segments[position >> Self.shift].slots[position & (Self.capacity - 1)] }
        _modify { yield &segments[position >> Self.shift].slots[position & (Self.capacity - 1)] }
    }

    /// - Returns: its position.
    mutating func append(_ element: Element) -> Int {
        if last == Self.none || segments[last].slots.count == Self.capacity { appendSegment() }
        let offset = segments[last].slots.count
        segments[last].slots.append(element)
        segments[last].count += 1
        count += 1
        return last << Self.shift + offset
    }

    /// Takes an element out.
    ///
    /// - Parameter moved: is told of each element that has another position now.
    mutating func remove(at position: Int, moved: (_ element: Element, _ from: Int, _ to: Int) -> Void) -> Element? {
        let segment = position >> Self.shift
        guard let element = self[position].take() else { return nil }
        segments[segment].count -= 1
        count -= 1
        if segments[segment].count == 0 {
            unlink(segment)
        } else {
            trim(segment)
            joinWithNext(segment, moved)
        }
        return element
    }

    /// The position of the element that came last.
    var lastPosition: Int? {
        last == Self.none ? nil : last << Self.shift + segments[last].slots.count - 1
    }

    /// No segment in use ends with a gap, so that the last element is found at once.
    private mutating func trim(_ segment: Int) {
        while case .some(.none) = segments[segment].slots.last { segments[segment].slots.removeLast() }
    }
}

// MARK: - Segments

extension OrderedSlots {
    private mutating func appendSegment() {
        let new: Int
        if let free = vacant.popLast() {
            new = free
            segments[new] = Segment(previous: last)
        } else {
            new = segments.count
            segments.append(Segment(previous: last))
        }
        // The first grows as it must; where there is one more, many may follow.
        if last != Self.none { segments[new].slots.reserveCapacity(Self.capacity) }
        if last == Self.none { first = new } else { segments[last].next = new }
        last = new
    }

    private mutating func unlink(_ segment: Int) {
        let (previous, next) = (segments[segment].previous, segments[segment].next)
        if previous == Self.none { first = next } else { segments[previous].next = next }
        if next == Self.none { last = previous } else { segments[next].previous = previous }
        segments[segment].slots = []
        vacant.append(segment)
    }

    private mutating func joinWithNext(_ segment: Int, _ moved: (_ element: Element, _ from: Int, _ to: Int) -> Void) {
        let next = segments[segment].next
        guard next != Self.none, segments[segment].count + segments[next].count <= Self.capacity / 4 else { return }
        var joined: [Element?] = []
        for source in [segment, next] {
            for (offset, slot) in segments[source].slots.enumerated() {
                guard let slot else { continue }
                let (from, to) = (source << Self.shift + offset, segment << Self.shift + joined.count)
                if from != to { moved(slot, from, to) }
                joined.append(slot)
            }
        }
        segments[segment].slots = joined
        segments[segment].count = joined.count
        unlink(next)
    }
}

// MARK: - Order

extension OrderedSlots: Sequence {
    /// Gives the elements in the order in which they came.
    struct Iterator: IteratorProtocol {
        private let slots: OrderedSlots
        private var segment: Int
        private var offset = 0

        fileprivate init(_ slots: OrderedSlots) {
            self.slots = slots
            segment = slots.first
        }

        mutating func next() -> Element? {
            while segment != OrderedSlots.none {
                let current = slots.segments[segment].slots
                while offset < current.count {
                    offset += 1
                    if let element = current[offset - 1] { return element }
                }
                segment = slots.segments[segment].next
                offset = 0
            }
            return nil
        }
    }

    func makeIterator() -> Iterator { Iterator(self) }
    var underestimatedCount: Int { count }
}
