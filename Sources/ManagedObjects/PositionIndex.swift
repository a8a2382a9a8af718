/// Finds positions by hash: extendible hashing (Fagin, Nievergelt, Pippenger, Strong 1979).
///
/// Where `Dictionary` hashes all of its keys anew when it grows, here one bucket is split at a time, so that no insertion takes long.
struct PositionIndex: Sendable {
    private struct Cell: Sendable {
        let hash: UInt32
        var position: Int32
    }

    private struct Bucket: Sendable {
        var cells: [Cell] = []
        /// How many leading bits of the hash all of its cells have in common.
        var depth = 0
    }

    /// A bucket with more cells is split.
    private static let capacity = 16
    /// The bits of a hash that buckets are found by; beyond these a bucket grows.
    private static let maximumDepth = 26

    private var buckets = [Bucket()]
    /// The bucket of each prefix of `depth` bits.
    private var directory: [Int32] = [0]
    private var depth = 0

    private func bucket(of hash: UInt32) -> Int {
        // A shift by all 32 bits gives 0, the only prefix of no bits.
        Int(directory[Int(hash >> UInt32(32 - depth))])
    }

    /// The first position under the hash that is the right one.
    func position(_ hash: UInt32, where isRight: (Int) -> Bool) -> Int? {
        let bucket = bucket(of: hash)
        var start = 0
        while let cell = cell(hash, in: bucket, from: start) {
            let position = Int(buckets[bucket].cells[cell].position)
            if isRight(position) { return position }
            start = cell + 1
        }
        return nil
    }

    /// The next cell of a hash. It calls nothing, so that the bucket need not be retained: threads that look up the same key would wait for each
    /// other's count.
    private func cell(_ hash: UInt32, in bucket: Int, from start: Int) -> Int? {
        for cell in start..<buckets[bucket].cells.count where buckets[bucket].cells[cell].hash == hash { return cell }
        return nil
    }

    /// - Parameter position: below 2³¹.
    mutating func insert(_ hash: UInt32, _ position: Int) {
        let bucket = bucket(of: hash)
        buckets[bucket].cells.append(Cell(hash: hash, position: Int32(position)))
        if buckets[bucket].cells.count > Self.capacity { split(bucket) }
    }

    mutating func remove(_ hash: UInt32, _ position: Int) {
        let bucket = bucket(of: hash)
        guard let cell = cell(hash, position, in: bucket) else { return }
        buckets[bucket].cells.swapAt(cell, buckets[bucket].cells.count - 1)
        buckets[bucket].cells.removeLast()
        if buckets[bucket].cells.count < buckets[bucket].cells.capacity / 4 {
            // A copy takes what it needs and no more.
            buckets[bucket].cells = buckets[bucket].cells.map(\.self)
        }
    }

    /// What stood at one position stands at another now.
    mutating func move(_ hash: UInt32, from position: Int, to newPosition: Int) {
        let bucket = bucket(of: hash)
        guard let cell = cell(hash, position, in: bucket) else { return }
        buckets[bucket].cells[cell].position = Int32(newPosition)
    }

    private func cell(_ hash: UInt32, _ position: Int, in bucket: Int) -> Int? {
        buckets[bucket].cells.firstIndex { $0.hash == hash && $0.position == Int32(position) }
    }
}

// MARK: - Growth

extension PositionIndex {
    /// Divides a bucket by the next bit of its hashes, until there is room in each.
    private mutating func split(_ bucket: Int) {
        var full = bucket
        while buckets[full].cells.count > Self.capacity, buckets[full].depth < Self.maximumDepth,
            // Equal hashes cannot be told apart.
            buckets[full].cells.contains(where: { $0.hash != buckets[full].cells[0].hash }) {
            if buckets[full].depth == depth { doubleDirectory() }
            let (new, sample) = (buckets.count, buckets[full].cells[0].hash)
            let bit = UInt32(1) << UInt32(31 - buckets[full].depth)
            buckets[full].depth += 1
            let (zeros, ones) = (buckets[full].cells.filter { $0.hash & bit == 0 }, buckets[full].cells.filter { $0.hash & bit != 0 })
            buckets.append(Bucket(cells: ones, depth: buckets[full].depth))
            buckets[full].cells = zeros
            // The prefixes that the bucket had lie side by side, those with the bit in the upper half.
            let count = 1 << (depth - buckets[full].depth)
            let first = Int(sample >> UInt32(32 - buckets[full].depth) | 1) * count
            for prefix in first..<first + count { directory[prefix] = Int32(new) }
            if ones.count > Self.capacity { full = new }
        }
    }

    private mutating func doubleDirectory() {
        var doubled: [Int32] = []
        doubled.reserveCapacity(2 * directory.count)
        for bucket in directory {
            doubled.append(bucket)
            doubled.append(bucket)
        }
        directory = doubled
        depth += 1
    }
}
