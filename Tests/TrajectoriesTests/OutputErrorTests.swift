import Energies
import Foundation
import Testing
import Trajectories

@Suite("Files that cannot be written")
struct OutputErrorTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Every way of writing a file, by name.
  private static let writers: [(name: String, write: @Sendable (_ path: String) throws -> Void)] = [
    (
      "trajectory",
      { path in
        let writer = try AmberTrajectoryWriter(path: path, atomCount: 3, information: SampleFrames.information)
        try writer.append(TrajectoryFrames(coordinates: SampleFrames.configurations(count: 2, atoms: 3)))
        try writer.close()
      }
    ),
    ("restart", { try AmberRestartTests.sample().write(to: $0, information: SampleFrames.information) }),
    ("ensemble", { try EnsembleFile.write(SampleFrames.ensemble(count: 3), to: $0) }),
    ("npy", { try NumPyArray(shape: [2], values: [1, 2]).write(to: $0) }),
    (
      "pdb",
      {
        try PDBWriter.write(Configurations(count: 1, atomCount: 22), of: AlanineDipeptide.molecule, to: $0)
      }
    ),
  ]

  @Test("the error names the path and the reason, and no part of the file is left", arguments: writers.map(\.name))
  func impossibleFolders(_ name: String) throws {
    let write = Self.writers.first { $0.name == name }!.write
    try writeBytes([1], to: folder.file("file"))
    for (path, reason) in [("absent/a.nc", "No such file or directory"), ("file/a.nc", "Not a directory")] {
      let error = #expect(throws: OutputError.self) { try write(folder.file(path)) }
      #expect(error!.path.hasPrefix(folder.file(path)) && error!.reason == reason, "\(error!)")
    }
    #expect(folder.contents == ["file"])
    // A folder in the way of the final name shows only at the end, when the temporary file is renamed.
    try FileManager.default.createDirectory(atPath: folder.file("taken/inside"), withIntermediateDirectories: true)
    #expect(throws: OutputError.self) { try write(folder.file("taken")) }
    #expect(folder.contents == ["file", "taken"])
  }

  @Test("an older file is replaced only by a whole one", arguments: writers.map(\.name))
  func replacing(_ name: String) throws {
    let write = Self.writers.first { $0.name == name }!.write
    let path = folder.file("older")
    try writeBytes([1, 2, 3], to: path)
    try write(path)
    #expect(try bytes(of: path).count > 3)
    #expect(folder.contents == ["older"])
  }
}
