// What the macros refuse, each where it stands and with the message at the end of its line; compiled by RefusalTests alone.

@attached(extension, names: named(managedMethods), named(managedInitializer), named(Proxy))
macro Managed() = #externalMacro(module: "ManagedMacrosPlugin", type: "ManagedMacro")
@attached(peer)
macro Exposed(_ name: String? = nil, returning type: String? = nil) = #externalMacro(module: "ManagedMacrosPlugin", type: "ExposedMacro")

@Managed struct Refused1 {
    @Exposed func change(_ a: inout Int) {}  // error: an inout parameter cannot be sent
}
@Managed struct Refused2 {
    @Exposed func run(_ body: ((Int) -> Void)?) {}  // error: a closure cannot be sent
}
@Managed struct Refused3 {
    @Exposed func sum(_ numbers: Int...) {}  // error: a variadic parameter cannot be sent: take an array
}
@Managed struct Refused4 {
    @Exposed func show(_ value: some Encodable) {}  // error: a value of 'some Encodable', whose type the other side does not know, cannot be sent
}
@Managed struct Refused5 {
    @Exposed func show(_ value: any Encodable) {}  // error: a value of 'any Encodable', whose type the other side does not know, cannot be sent
}
@Managed struct Refused6 {
    @Exposed func show(_ value: [Any]) {}  // error: a value of 'Any', whose type the other side does not know, cannot be sent
}
@Managed struct Refused7 {
    @Exposed func pair() -> (Int, Int) { (1, 2) }  // error: a tuple, which is not Codable, cannot be sent
}
@Managed struct Refused8 {
    @Exposed func next() -> () -> Int { { 1 } }  // error: a closure cannot be sent
}
@Managed struct Refused9 {
    @Exposed func same() -> Self { self }  // error: a value of 'Self' (write the type's name) cannot be sent
}
@Managed struct Refused10 {
    @Exposed func show<Value: Encodable>(_ value: Value) {}  // error: a generic method cannot be exposed: a client does not say which types it means
}
@Managed struct Refused11 {
    @Exposed static func make() {}  // error: a static method cannot be exposed: clients call methods of objects
}
@Managed struct Refused12 {
    @Exposed private func secret() {}  // error: a private method cannot be exposed
}
@Managed struct Refused13 {
    @Exposed mutating func change() async {}  // error: an async method that is mutating cannot be exposed: the object is locked while it runs
}
@Managed struct Refused14 {
    @Exposed func good() {}
    @Exposed var count: Int { 1 }  // error: only methods and initializers can be exposed
}
@Managed struct Refused15 {
    @Exposed func good() {}
    @Exposed init?(_ text: String) {}  // error: an initializer that may return nil cannot be exposed: let it throw
}
@Managed struct Refused16 {
    @Exposed func good() {}
    @Exposed init(_ text: String) async {}  // error: an async initializer cannot be exposed: do what takes long in a method
}
@Managed struct Refused17 {
    @Exposed func good() {}
    @Exposed init(_ body: () -> Void) {}  // error: a closure cannot be sent
}
@Managed struct Refused18 {
    @Exposed func good() {}
    @Exposed func good(_ a: Int) {}  // error: another exposed method is called 'good': give this one another name, @Exposed("…")
}
let name = "add"
@Managed enum Colour { case red }  // error: @Managed is for classes, actors and structs
@Managed struct Empty { func add() {} }  // error: nothing is exposed: mark what clients may call with @Exposed
@Managed struct Named { @Exposed(name) func add() {} }  // error: a string literal is expected: the macro sees the source only
struct Plain { @Exposed func add() {} }  // error: @Exposed stands in the body of a class, actor or struct that is @Managed
