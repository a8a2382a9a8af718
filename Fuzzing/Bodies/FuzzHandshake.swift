import ManagerConnection

/// The bytes say what one end does that does not know the key, or what becomes of the messages between two ends that do.
func fuzzHandshake(_ bytes: UnsafeRawBufferPointer) throws(Finding) {
    var input = FuzzBytes(bytes)
    switch input.byte() % 3 {
    case 0: try attack(.server, &input)
    case 1: try attack(.client, &input)
    default: try alter(&input)
    }
}

/// A peer without the key is never authenticated, and a server tells it nothing before.
private func attack(_ role: Authentication.Role, _ input: inout FuzzBytes) throws(Finding) {
    var end = Authentication(role: role, key: "the key", allowsMD5: input.byte() % 2 == 0)
    var sent: [[UInt8]] = []
    if let challenge = end.start() { sent.append(challenge) }
    while !input.isEmpty {
        switch step(&end, forged(&input, from: sent)) {
        case .success(.send(let answer)):
            try expect(role == .client, "a server answers a peer that has proved nothing")
            sent.append(answer)
        case .success: throw Finding("a peer without the key is authenticated")
        case .failure(let error):
            if let reply = error.reply { sent.append(reply) }
        }
    }
}

private func step(_ end: inout Authentication, _ message: [UInt8]) -> Result<Authentication.Step, AuthenticationError> {
    do throws(AuthenticationError) {
        return .success(try end.receive(message))
    } catch {
        return .failure(error)
    }
}

/// A message that the peer makes up, or puts together from what it was sent.
private func forged(_ input: inout FuzzBytes, from sent: [[UInt8]]) -> [UInt8] {
    let head = input.element(of: heads)
    guard !sent.isEmpty, input.byte() % 2 == 1 else { return head + input.countedBytes() }
    let seen = input.element(of: sent)
    return head + seen.dropFirst(input.byte()).prefix(input.byte()) + input.countedBytes()
}

private let heads = ["", "#CHALLENGE#", "#WELCOME#", "#FAILURE#", "#CHALLENGE#{sha256}", "{sha256}", "{md5}", "{sha3_256}"].map { Array($0.utf8) }

/// Two ends that know the key both finish when their messages arrive as they were sent, and not both otherwise.
private func alter(_ input: inout FuzzBytes) throws(Finding) {
    var server = Authentication(role: .server, key: "the key")
    var client = Authentication(role: .client, key: "the key")
    var isAltered = false
    var finished = 0
    var next = server.start()
    _ = client.start()
    var isForClient = true
    while let message = next {
        let received = altered(message, &input)
        isAltered = isAltered || received != message
        let result = isForClient ? step(&client, received) : step(&server, received)
        (next, isForClient) = (nil, !isForClient)
        switch result {
        case .success(.send(let answer)): next = answer
        case .success(.sendAndFinish(let answer)): (next, finished) = (answer, finished + 1)
        case .success(.finished): finished += 1
        case .failure: break
        }
    }
    try expect((finished == 2) == !isAltered, "\(finished) ends are authenticated, with messages that were \(isAltered ? "altered" : "left as they were")")
}

private func altered(_ message: [UInt8], _ input: inout FuzzBytes) -> [UInt8] {
    var message = message
    switch input.byte() % 8 {
    case 1: message[input.byte() % message.count] ^= UInt8(input.byte())
    case 2: message.removeLast(input.byte() % (message.count + 1))
    case 3: message += input.countedBytes()
    case 4: message = input.element(of: heads) + input.countedBytes()
    default: break
    }
    return message
}
