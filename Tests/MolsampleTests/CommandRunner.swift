import Foundation

/// Runs the built command as a user would.
enum CommandRunner {
  private final class Anchor {}

  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
    /// True if a signal ended it: a crash, or our own kill.
    var wasKilled: Bool
  }

  /// The executable stands beside the test bundle in the build folder.
  static let executable: URL = {
    var place = Bundle(for: Anchor.self).bundleURL
    while place.path != "/" {
      let candidate = place.appendingPathComponent("molsample")
      if FileManager.default.isExecutableFile(atPath: candidate.path), !candidate.hasDirectoryPath { return candidate }
      place = place.deletingLastPathComponent()
    }
    preconditionFailure("molsample is not built")
  }()

  static func start(_ arguments: [String], output: FileHandle = .nullDevice) throws -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  static func run(_ arguments: String...) throws -> Outcome { try run(arguments: arguments) }

  static func run(arguments: [String]) throws -> Outcome {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files, not pipes: whatever is printed, nobody waits.
    let outputPath = folder.appendingPathComponent("out"), errorPath = folder.appendingPathComponent("err")
    for path in [outputPath, errorPath] { try Data().write(to: path) }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.standardOutput = try FileHandle(forWritingTo: outputPath)
    process.standardError = try FileHandle(forWritingTo: errorPath)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try String(contentsOf: outputPath, encoding: .utf8),
      errors: try String(contentsOf: errorPath, encoding: .utf8),
      wasKilled: process.terminationReason == .uncaughtSignal)
  }

  static func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("molsample-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}
