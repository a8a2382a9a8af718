import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A `sockaddr` of any family, with the length that counts: an abstract socket's name ends where the length says.
struct SystemAddress: Sendable {
    private var storage = sockaddr_storage()
    private let length: socklen_t

    var family: CInt { CInt(storage.ss_family) }

    /// Calls `body` with what `bind` and `connect` take.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafeBytes(of: storage) { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length) }
    }
}

extension SystemAddress {
    /// The longest path, and the longest abstract name, in bytes: the other one is a path's final or a name's leading NUL.
    static let greatestNameLength = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// The address of a Unix domain socket; `nil` when its path or name is too long.
    init?(unixPath path: String) { self.init(unixName: Array(path.utf8) + [0], countedTo: path.utf8.count + 1) }

    init?(abstractName name: String) { self.init(unixName: [0] + Array(name.utf8), countedTo: name.utf8.count + 1) }

    private init?(unixName name: [UInt8], countedTo count: Int) {
        guard name.count <= Self.greatestNameLength + 1 else { return nil }
        let nameOffset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
        length = socklen_t(nameOffset + count)
        storage.ss_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &storage) { $0[nameOffset...].copyBytes(from: name) }
    }
}

extension SystemAddress {
    /// The addresses of a TCP port, those of IPv4 first, because a CPython client and server know no other.
    ///
    /// - Parameters:
    ///   - host: a name or an address; `""` for every interface when listening, else for this machine.
    ///   - isPassive: whether it is to be listened on.
    ///   - isNumeric: whether to know addresses only. A name is looked up otherwise, which blocks.
    /// - Returns: no address when the host is unknown.
    static func resolve(host: String, port: UInt16, isPassive: Bool, isNumeric: Bool) -> [SystemAddress] {
        var hints = addrinfo()
        hints.ai_socktype = streamType
        hints.ai_flags = AI_NUMERICSERV | (isPassive ? AI_PASSIVE : 0) | (isNumeric ? AI_NUMERICHOST : 0)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        let addresses = sequence(first: first) { $0?.pointee.ai_next }.compactMap { $0.flatMap(SystemAddress.init) }
        return addresses.filter { $0.family == AF_INET } + addresses.filter { $0.family == AF_INET6 }
    }

    private init?(_ info: UnsafeMutablePointer<addrinfo>) {
        guard let address = info.pointee.ai_addr, Int(info.pointee.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size
        else { return nil }
        length = info.pointee.ai_addrlen
        let bytes = UnsafeRawBufferPointer(start: address, count: Int(length))
        withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: bytes) }
    }

    /// The same address as NIO has it; `nil` when it is not a TCP address.
    var socketAddress: SocketAddress? {
        withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_INET: SocketAddress(bytes.load(as: sockaddr_in.self))
            case AF_INET6: SocketAddress(bytes.load(as: sockaddr_in6.self))
            default: nil
            }
        }
    }
}
