import ManagerConnection
import Testing

/// HMACs as Python's `hmac` gives them; the nonces are the bytes 0, 1, 2 and so on.
struct DigestVector: Sendable, CustomTestStringConvertible {
    /// A key shorter than a hash function's block, one without bytes, one longer than any block.
    enum Key: String {
        case usual, empty, long

        var value: AuthenticationKey {
            switch self {
            case .usual: "abc"
            case .empty: ""
            case .long: AuthenticationKey(repeatElement(UInt8(ascii: "k"), count: 200))
            }
        }
    }

    let digest: String
    let key: Key
    /// Of the challenge that names this digest.
    let answer: String
    /// Of the challenge that names sha256.
    let response: String

    init(_ digest: String, key: Key, answer: String, response: String) {
        (self.digest, self.key, self.answer, self.response) = (digest, key, answer, response)
    }

    var prefix: [UInt8] { Array("{\(digest)}".utf8) }
    var testDescription: String { "\(digest), \(key.rawValue) key" }

    /// HMAC-MD5 of the 20 bytes 0 to 19 with the usual key: the handshake of Python 3.11 and earlier.
    static let legacyAnswer = "1b373176a84c1b044d9ba09795b53791"
}

let digestVectors = [
    DigestVector(
        "md5", key: .usual,
        answer: "c5047a5f171cec34de1e8da7aec77bb0",
        response: "3e4faf2fc53f133cd76571e5d3fb9fd5"),
    DigestVector(
        "sha256", key: .usual,
        answer: "ee2b4cd766c1e0f5eb564525d250361f729d00e3948c83c5651d1cefdb97de31",
        response: "ee2b4cd766c1e0f5eb564525d250361f729d00e3948c83c5651d1cefdb97de31"),
    DigestVector(
        "sha384", key: .usual,
        answer: "9a6ef44b692adc149d40bc516a86ecfc4bd416ece9b0c8bd60362b29d71b9fa83bf5dd7017307cf980a425c121eeb1b0",
        response: "2d32bf2730ff075bad53a6d7651eab6fbf775bab939b493f38d5a653f15a4df235a2c0f44c5de12a1aa7e38baf661bc3"),
    DigestVector(
        "sha3_256", key: .usual,
        answer: "d5ffda7a80587866dc219dd0e4db33a23bfe70fdffffa6bf5b97729c1f25074c",
        response: "c9ebbab20481d215e498d1a84c14a5c55c4c4ff84bac93e0de7ded75d48ee128"),
    DigestVector(
        "sha3_384", key: .usual,
        answer: "33c86b92c29774f9c94d4b4afb9f1a55608ad0562e322708d07e1ea6f2f978c2876d09d933c07a66a1b25883bef7ec55",
        response: "807ce4908a470029ede6af46bc99c060211a759624af7dcb7912b7e890a163fca98b96152ac079000af3e1c45dce8f33"),
    DigestVector(
        "md5", key: .empty,
        answer: "53a69d30c85951faa3c8cdad1d7dd275",
        response: "ce41ab84017ef3f9983d4f85bdc11d08"),
    DigestVector(
        "sha256", key: .empty,
        answer: "d18b190a737f779d3125c4a2dfddcebf933e2f2713bc92fbe386ca25df9fd7af",
        response: "d18b190a737f779d3125c4a2dfddcebf933e2f2713bc92fbe386ca25df9fd7af"),
    DigestVector(
        "sha384", key: .empty,
        answer: "4461db5c418fcd536324e1f497d17cd1e5a783b74d2d626d2b511f68b6ad3ddfb17c6cdab93a68dfc6e47811cd144f93",
        response: "4e643b7b93fa0749489733c92e9374680a8532935d25727c61eefc626a4ebb9c90e6d650cc3b8886521b9e764270fb11"),
    DigestVector(
        "sha3_256", key: .empty,
        answer: "eb7f7cc26247f61662c4e683bdd7275ab4b15c1a6d1c3494b56e982bf7fe359d",
        response: "11a62481fa9b97d637775fff1449c9d7ea3444ddf97fdb4560b9e01d8dbeab9f"),
    DigestVector(
        "sha3_384", key: .empty,
        answer: "62e742de5626d25b951c134c47f73387047b5cfc6914435449835afce95783078bc500b2a2743d810dd17b35cc17b52b",
        response: "6fe786c890fc5afcf8dd21f64da7b775de8cb66b2f1da2118e21a00f4385f54c2e803cc1ffd488dfdb9051276bf72b70"),
    DigestVector(
        "md5", key: .long,
        answer: "af29b08e0b022bbfd73a0144e9a484dd",
        response: "92d2874d050813116cb07b302000d816"),
    DigestVector(
        "sha256", key: .long,
        answer: "74e34ea54571341eb31affab366dede914e8e210df6bdadc4fa46cbdea14293e",
        response: "74e34ea54571341eb31affab366dede914e8e210df6bdadc4fa46cbdea14293e"),
    DigestVector(
        "sha384", key: .long,
        answer: "d3613204e3377a34553deb3e4c6a8157f055bd442ec31e8b70fd4ffcea94af271995a5bda98b349f41298e2e593ad443",
        response: "32c62e1e910fef795bd828810fa777010d724c601e466c9a44dc6c80c943e8fba1210fcce76365188eb4b946540374ad"),
    DigestVector(
        "sha3_256", key: .long,
        answer: "5afb7598abfac1d2104711d36efb41d5c19cd3b2b29960ba3aed17f518eb6a5f",
        response: "c757414456899db4e77a0bda75bcadbfc3a95709241ab3c4fe34976a85085bc0"),
    DigestVector(
        "sha3_384", key: .long,
        answer: "5d75b6c1921fa42ef95bc2aca6aa36576ba586780437d35df71556725b492d4deed8ef390e94b027c87019f41d466d45",
        response: "964a6c7fe35ddf78f8096eb0547c0b3f070f743d3945acea80ac9251e3c8393ba4bdc777c1af99bf66aaf189ea9882c2"),
]
