/// Who holds something of an object's: a lock, say.
public struct Holder: Hashable, Sendable {
    public let session: SessionID
    /// When the call was made that acquired it, which may have waited for it.
    public let since: Timestamp
    /// The number of the acquisition, where the object counts them.
    public let fencingToken: Int?

    public init(session: SessionID, since: Timestamp, fencingToken: Int? = nil) {
        self.session = session
        self.since = since
        self.fencingToken = fencingToken
    }
}
