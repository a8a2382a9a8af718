import ManagerConnection
import ManagerServer
import Testing

struct GrantsFileTests {
    private func read(_ text: String) throws -> GrantsFile { try GrantsFile(text, names: ["dict", "get_task", "get_result"]) }

    private func mistake(in text: String) -> String? {
        #expect(throws: GrantsSyntaxError.self) { try read(text) }?.description
    }

    @Test func `Holders, their key files and what they may do are read in order`() throws {
        let entries = try read("""
            # who works here

            key workers  work.key /keys/next.key
              create get_task get_result
              call   get_task.get get_task.task_done
              call   get_result.put dict
            key operators op.key
            create *
            call *
            administer *
            key watchers watch.key
            administer number_of_objects
            call *.__len__ Iterator
            key nobody no.key
            """).entries
        #expect(entries.map(\.name) == ["workers", "operators", "watchers", "nobody"])
        #expect(entries.map(\.line) == [3, 7, 11, 14])
        #expect(entries[0].keyFiles == ["work.key", "/keys/next.key"])
        #expect(entries[0].permissions == Permissions(
            creates: ["get_task", "get_result"], calls: ["get_task": ["get", "task_done"], "get_result": ["put"], "dict": .all]))
        #expect(entries[1].permissions == .all)
        #expect(entries[2].permissions == Permissions(
            calls: ["Iterator": .all], callsOfAll: ["__len__"], administers: ["number_of_objects"]))
        #expect(entries[3].permissions == Permissions())
    }

    @Test(arguments: [
        ("", "line 1: there is no key"),
        ("# only this\n", "line 2: there is no key"),
        ("create dict", "line 1: 'create' comes before the first"),
        ("key workers", "line 1: write 'key NAME FILE'"),
        ("key", "line 1: write 'key NAME FILE'"),
        ("key a a.key\nkey b b.key\n\nkey a c.key", "line 4: the key 'a' is in line 1 already"),
        ("key a a.key\nallow dict", "line 2: 'allow' is none of key, create, call and administer"),
        ("key a a.key\ncreate", "line 2: 'create' names nothing"),
        ("key a a.key\ncreate dict get_taks", "line 2: nothing is registered as 'get_taks'"),
        ("key a a.key\ncall get_taks.put", "line 2: nothing is registered as 'get_taks'"),
        ("key a a.key\ncall dict.", "line 2: 'dict.' names no method"),
        ("key a a.key\ncall dict # and more", "line 2: nothing is registered as '#'"),
        ("key a a.key\nadminister shutdwon", "line 2: 'shutdwon' is none of shutdown, number_of_objects, debug_info, holders and *"),
        ("Key a a.key", "line 1: 'Key' is none of"),
    ])
    func `A mistake is told with its line`(_ text: String, _ message: String) {
        let told = mistake(in: text)
        #expect(told?.hasPrefix(message) == true, "\(told ?? "")")
    }

    @Test func `Lines may end as on Windows`() throws {
        let entries = try read("key a a.key\r\ncall dict\r\n").entries
        #expect(entries[0].keyFiles == ["a.key"])
        #expect(entries[0].permissions.methods(of: "dict") == .all)
    }
}

struct PermissionsTests {
    @Test func `Methods are those of the name and those of all`() {
        let permissions = Permissions(calls: ["q": ["get"]], callsOfAll: ["__len__"])
        #expect(permissions.methods(of: "q") == ["get", "__len__"])
        #expect(permissions.methods(of: "other") == ["__len__"])
        #expect(Permissions.all.methods(of: "q").contains("anything"))
        #expect(Permissions().methods(of: "q").isEmpty)
    }

    @Test func `Keys that cannot be told apart, and too many, are refused`() {
        func refusal(_ grants: [KeyGrant]) -> String? {
            #expect(throws: ServerAccessError.self) { try ServerAccess(grants: grants) }?.description
        }
        let all = Permissions.all
        #expect(refusal([]) == "a server needs at least one key")
        #expect(refusal([KeyGrant("a", keys: [], permissions: all)]) == "a server needs at least one key")
        #expect(refusal([KeyGrant("a", keys: ["secret"], permissions: all), KeyGrant("a", keys: ["other"], permissions: all)])
            == "two holders of keys are called 'a'")
        #expect(refusal([KeyGrant("a", keys: ["secret"], permissions: all), KeyGrant("b", keys: ["secret"], permissions: all)])
            == "'a' and 'b' have the same key, so the server could not tell them apart")
        let many = (0...ServerAccess.maximumKeyCount).map { KeyGrant("\($0)", keys: [AuthenticationKey("\($0)")], permissions: all) }
        #expect(refusal(many) == "a server may have 256 keys, not 257")
    }
}
