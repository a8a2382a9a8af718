import TestSupport
import Testing

/// The check itself: it must find what is wrong, and nothing else.
struct LinearizabilityCheckTests {
    private typealias Queue = RecordedCall<QueueModel>
    private typealias Lock = RecordedCall<LockModel>
    private typealias Robust = RecordedCall<RobustLockModel>
    private typealias Dictionary = RecordedCall<DictionaryModel>

    private func passes(_ history: [Queue]) -> Bool { LinearizabilityCheck.passes(history, from: QueueModel(capacity: 2)) }
    private func passes(_ history: [Lock]) -> Bool { LinearizabilityCheck.passes(history, from: LockModel()) }
    private func passes(_ history: [Robust]) -> Bool { LinearizabilityCheck.passes(history, from: RobustLockModel()) }
    private func passes(_ history: [Dictionary]) -> Bool { LinearizabilityCheck.passes(history, from: DictionaryModel()) }

    @Test func `Calls that overlap may take effect in either order, and calls that do not only in theirs`() {
        let (first, second, later) = (Queue(1, .put(1), .put, began: 1, ended: 4), Queue(2, .put(2), .put, began: 2, ended: 3), Queue(2, .put(2), .put, began: 5, ended: 6))
        let (one, two) = (Queue(1, .get, .got(1), began: 7, ended: 8), Queue(1, .get, .got(2), began: 7, ended: 8))
        #expect(passes([first, second, one]) && passes([first, second, two]))
        #expect(passes([first, later, one]))
        #expect(!passes([first, later, two]))
    }

    @Test func `An item that is lost, comes twice or from nowhere is found`() {
        let put = Queue(1, .put(1), .put, began: 1, ended: 2)
        #expect(!passes([put, Queue(1, .get, .empty, began: 3, ended: 4)]))
        #expect(!passes([put, Queue(1, .get, .got(1), began: 3, ended: 5), Queue(2, .get, .got(1), began: 4, ended: 6)]))
        #expect(!passes([put, Queue(1, .get, .got(2), began: 3, ended: 4)]))
        #expect(!passes([Queue(1, .get, .got(1), began: 1, ended: 2), Queue(1, .put(1), .put, began: 3, ended: 4)]))
        #expect(!passes((0..<3).map { Queue($0, .put($0), .put, began: 1, ended: 9) }))
    }

    @Test func `A call that did not return may have taken effect at any time since, or not at all`() {
        let pending = Queue(1, .put(1), nil, began: 3)
        #expect(passes([pending]) && passes([pending, Queue(2, .get, .empty, began: 8, ended: 9)]))
        #expect(!passes([pending, Queue(2, .get, .got(1), began: 1, ended: 2)]))
    }

    @Test func `Two that hold one lock at a time are found`() {
        let first = Lock(1, .acquire, true, began: 1, ended: 2)
        #expect(!passes([first, Lock(2, .acquire, true, began: 3, ended: 4)]))
        #expect(!passes([first, Lock(2, .acquire, true, began: 3, ended: 4), Lock(1, .release, true, began: 5, ended: 6)]))
        #expect(passes([first, Lock(2, .acquire, true, began: 3, ended: 6), Lock(1, .release, true, began: 4, ended: 5)]))
        #expect(!passes([Lock(1, .release, true, began: 1, ended: 2)]))
    }

    @Test func `A token that does not grow, and an abandoned lock that is not told of, are found`() {
        let first = Robust(1, .acquire, .acquired(token: 5, wasAbandoned: false), began: 1, ended: 2)
        let released = Robust(1, .release, .released, began: 3, ended: 4)
        let vanished = Robust(1, .vanish, nil, began: 3)
        func next(_ token: Int, _ wasAbandoned: Bool) -> Robust { Robust(2, .acquire, .acquired(token: token, wasAbandoned: wasAbandoned), began: 5, ended: 6) }
        #expect(passes([first, released, next(6, false)]) && !passes([first, released, next(5, false)]) && !passes([first, released, next(6, true)]))
        #expect(passes([first, vanished, next(6, true)]) && !passes([first, vanished, next(6, false)]) && !passes([first, next(6, false)]))
    }

    @Test func `A lost increment and a stale read are found`() {
        let increments = (1...3).map { Dictionary($0, .increment(0), .init(value: $0 == 3 ? 2 : $0), began: 1, ended: 9) }
        #expect(!passes(increments))
        #expect(!passes([Dictionary(1, .set(0, 7), .init(value: nil), began: 1, ended: 2), Dictionary(2, .get(0), .init(value: nil), began: 3, ended: 4)]))
        #expect(passes([Dictionary(1, .set(0, 7), .init(value: nil), began: 1, ended: 4), Dictionary(2, .get(0), .init(value: nil), began: 2, ended: 3)]))
    }

    @Test func `Of a queue that sometimes gives the last item first, the histories that show it are refused`() {
        var generator = SeededGenerator(seed: 1)
        var (refused, right) = (0, 0)
        for _ in 0..<200 {
            var (items, history, isWrong) = ([Int](), [RecordedCall<QueueModel>](), false)
            for time in 0..<12 {
                // Each overlaps the one before and the one after it.
                let times = (began: 10 * time, ended: 10 * time + 15)
                if Bool.random(using: &generator), items.count < 9 {
                    items.append(time)
                    history.append(RecordedCall(time % 3, .put(time), .put, began: times.began, ended: times.ended))
                } else if !items.isEmpty {
                    // At least two were put before it, without a doubt; and of what comes later only one call overlaps.
                    let takesLast = items.count > 2 && items[items.count - 1] - items[1] > 1 && Int.random(in: 0..<4, using: &generator) == 0
                    isWrong = isWrong || takesLast
                    let item = takesLast ? items.removeLast() : items.removeFirst()
                    history.append(RecordedCall(time % 3, .get, .got(item), began: times.began, ended: times.ended))
                }
            }
            let passes = LinearizabilityCheck.passes(history, from: QueueModel(capacity: 9))
            #expect(passes == !isWrong)
            if isWrong { refused += 1 } else { right += 1 }
        }
        #expect(refused > 20 && right > 20)
    }
}
