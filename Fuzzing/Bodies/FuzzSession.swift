/// The bytes say what an authenticated peer does: it calls every kind of object with opcodes of the fuzzer's as arguments, sends messages of no form, and
/// lets time pass. The server goes on, what it writes are replies, and after the peer's end it holds nothing for it.
func fuzzSession(_ bytes: UnsafeRawBufferPointer) throws(Finding) {
    var input = FuzzBytes(bytes)
    var peer = try FuzzPeer(isMultiplexed: input.byte() % 2 == 1)
    while !input.isEmpty, peer.isConnected { try act(&input, &peer) }
    try peer.end()
}

private func act(_ input: inout FuzzBytes, _ peer: inout FuzzPeer) throws(Finding) {
    switch input.byte() % 8 {
    case 0: try peer.send(input.countedBytes())
    case 1: try peer.send(frame: input.countedBytes())
    case 2: try peer.pass(seconds: input.byte())
    case 3: try peer.say(UInt8(input.byte()), aboutLastBut: input.byte())
    case 4: try peer.call(nil, input.element(of: serverFunctions), input.countedBytes())
    default:
        let object = input.element(of: peer.objects)
        try peer.call(object.identifier, input.element(of: object.methods), input.countedBytes())
    }
}

private let serverFunctions = ["create", "incref", "decref", "get_methods", "number_of_objects", "debug_info", "server_info", "dummy", "shutdown"]
