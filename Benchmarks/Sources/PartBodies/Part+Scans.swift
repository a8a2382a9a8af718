import Multiprocessing

/// Finding the parts of a pickle without reading them.
extension Part {
    static let scans = [
        plainCall,
        scanning("request", SampleValues.request),
        scanning("request with a record", PythonPickle.request("7f0000000000001", "put", [SampleValues.record])),
        scanning("request with 1000 ints", PythonPickle.request("7f0000000000001", "put", [SampleValues.numbers])),
    ]

    private static let plainCall = Part("scan: plain call") {
        let bytes = PythonPickle.request("7f0000000000001", "__getitem__", ["key:000000000001"])
        try bytes.withUnsafeBytes { try expect(PlainCall($0)?.argumentCount == 1, "the call is not found to have one argument") }
        return { rounds in
            bytes.withUnsafeBytes { bytes in
                for _ in 0..<rounds { keep(PlainCall(bytes)) }
            }
        }
    }

    private static func scanning(_ name: String, _ bytes: [UInt8]) -> Part {
        Part("scan: \(name)") {
            var scanner = PickleScanner()
            let root = try bytes.withUnsafeBytes { try scanner.scan($0) }
            try expect(root.flatMap { scanner.elementCount(of: $0) } == 4, "the request is not found to have four parts")
            return { rounds in
                try bytes.withUnsafeBytes { bytes in
                    for _ in 0..<rounds { keep(try scanner.scan(bytes)) }
                }
            }
        }
    }
}
