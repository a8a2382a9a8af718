import Foundation
import ManagerConnection
import Testing

@Suite struct ManagerAddressTests {
    @Test(arguments: [
        ("localhost:5000", ManagerAddress.tcp("localhost", 5000)),
        (":0", .tcp("", 0)),
        ("0.0.0.0:65535", .tcp("0.0.0.0", 65535)),
        ("[::1]:80", .tcp("::1", 80)),
        ("unix:/tmp/a b.sock", .unix("/tmp/a b.sock")),
        ("unix:relative", .unix("relative")),
        ("unix:./@file", .unix("./@file")),
        ("unix:@name", .abstract(name: "name")),
    ])
    func `an address is read from its text and printed as it`(text: String, address: ManagerAddress) throws {
        #expect(try ManagerAddress(parsing: text) == address)
        #expect(address.description == text)
    }

    @Test func `a file whose name begins with @ is not printed as an abstract name`() throws {
        let printed = ManagerAddress.unix("@file").description
        #expect(try ManagerAddress(parsing: printed) == .unix("./@file"))
    }

    @Test(arguments: [
        "", "localhost", "localhost:", "localhost:x", "localhost:-1", "localhost:+1", "localhost:65536", "localhost: 1",
        "::1:80", "[::1]", "[::1]80", "[localhost]:80", "[]:80", "a b:1", "a/b:1", "unix:", "unix:@", "unix:a\0b", "localhost:٣",
    ])
    func `what is no address is refused, with the forms that there are`(text: String) {
        let error = #expect(throws: AddressSyntaxError.self) { try ManagerAddress(parsing: text) }
        #expect(error?.text == text)
        #expect(error?.description.contains("HOST:PORT") == true)
    }

    @Test func `an address is coded as its text`() throws {
        let addresses = [ManagerAddress.tcp("::1", 1), .unix("/tmp/x"), .abstract(name: "y")]
        let data = try JSONEncoder().encode(addresses)
        #expect(try JSONDecoder().decode([String].self, from: data) == addresses.map(\.description))
        #expect(try JSONDecoder().decode([ManagerAddress].self, from: data) == addresses)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ManagerAddress].self, from: Data(#"["x"]"#.utf8)) }
    }
}
