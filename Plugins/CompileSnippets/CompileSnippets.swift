import Foundation
import PackagePlugin

/// Makes a Swift file of the snippets in the README, the DocC articles and the doc comments, so that a target compiles them.
@main struct CompileSnippets: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let package = context.package.directoryURL
        let sources = FileManager.default.enumerator(at: package.appending(path: "Sources"), includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { ["md", "swift"].contains($0.pathExtension) } ?? []
        let inputs = [package.appending(path: "README.md")] + sources.sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "Snippets.swift")
        return [
            .buildCommand(
                displayName: "Extracting snippets", executable: try context.tool(named: "SnippetExtractor").url,
                arguments: [output.path] + inputs.map(\.path), inputFiles: inputs, outputFiles: [output])
        ]
    }
}
