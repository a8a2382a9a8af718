// What a program needs to say how its server runs; the rest of the module is not for users.
@_exported public import struct ManagerServer.AuditError
@_exported public import struct ManagerServer.KeyGrant
@_exported public import struct ManagerServer.NameSet
@_exported public import struct ManagerServer.Permissions
@_exported public import struct ManagerServer.ServerAccess
@_exported public import struct ManagerServer.ServerAccessError
@_exported public import struct ManagerServer.ServerConfiguration
