import Dispatch
import Foundation

/// A program run without a shell, with a time limit and its standard error kept.
struct ExternalTool: Sendable {
  var executable: URL

  enum Outcome: Sendable, Equatable {
    case succeeded
    /// A sentence with the status and what the program said.
    case failed(String)
  }

  /// The program `name` in the first folder of `searchPath` (folders parted by colons) that has it.
  static func find(_ name: String, searchPath: String) -> ExternalTool? {
    for folder in searchPath.split(separator: ":") where folder.hasPrefix("/") {
      let url = URL(fileURLWithPath: String(folder), isDirectory: true).appendingPathComponent(name)
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue,
        FileManager.default.isExecutableFile(atPath: url.path)
      {
        return ExternalTool(executable: url)
      }
    }
    return nil
  }

  /// Runs the program and waits; after `timeLimit` seconds it is ended, first politely and then not.
  func run(_ arguments: [String], in folder: URL, timeLimit: Double) -> Outcome {
    let name = executable.lastPathComponent
    // A file takes any amount of text, where a full pipe would stop the program.
    let errorFile = folder.appendingPathComponent("standard-error.txt")
    guard FileManager.default.createFile(atPath: errorFile.path, contents: nil),
      let errors = FileHandle(forWritingAtPath: errorFile.path)
    else { return .failed("\(name) was not started: no room for its messages in \(folder.path)") }
    defer { try? errors.close() }

    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.run()
    } catch {
      return .failed("\(name) could not be started: \(error.localizedDescription)")
    }
    guard ended.wait(timeout: .now() + timeLimit) == .success else {
      process.terminate()
      if ended.wait(timeout: .now() + 2) == .timedOut {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
      }
      return .failed("\(name) took longer than \(NumberText.short(timeLimit)) s and was ended\(said(errorFile))")
    }
    guard process.terminationReason == .exit && process.terminationStatus == 0 else {
      return .failed("\(name) ended with status \(process.terminationStatus)\(said(errorFile))")
    }
    return .succeeded
  }

  /// ": " and the last lines of what the program said.
  private func said(_ file: URL) -> String {
    guard let data = try? Data(contentsOf: file) else { return "" }
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    return lines.isEmpty ? "" : ": " + lines.suffix(4).joined(separator: "; ")
  }
}
