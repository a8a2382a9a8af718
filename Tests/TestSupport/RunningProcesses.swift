import Glibc

/// The processes of this machine, as `/proc` shows them.
///
/// Read without Foundation, whose objects would pile up while a test looks again and again.
public enum RunningProcesses {
    /// How many processes have such a command line: the arguments, each with a NUL behind it.
    public static func count(where isMeant: (_ commandLine: String) -> Bool) -> Int {
        guard let folder = opendir("/proc") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.first?.isNumber == true, isMeant(commandLine(of: name)) { count += 1 }
        }
        return count
    }

    private static func commandLine(of process: String) -> String {
        let descriptor = open("/proc/\(process)/cmdline", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
            count = max(read(descriptor, buffer.baseAddress, buffer.count), 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
