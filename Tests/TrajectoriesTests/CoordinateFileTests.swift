import Energies
import Foundation
import Testing
import Trajectories

@Suite("Coordinate files")
struct CoordinateFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ path: String, atoms: Int = 4) throws -> Configurations {
    try CoordinateFile.read(path: path, atomCount: atoms)
  }

  @Test("content decides, not the suffix")
  func recognition() throws {
    let configurations = SampleFrames.configurations(count: 3, atoms: 4)
    let path = folder.file("anything.pdb")
    let rounded = throughFloatAngstrom(configurations)

    let writer = try AmberTrajectoryWriter(path: path, atomCount: 4, information: SampleFrames.information)
    try writer.append(TrajectoryFrames(coordinates: configurations))
    try writer.close()
    #expect(try read(path) == rounded)

    let ensemble = try SampleFrames.ensemble(count: 3)
    try EnsembleFile.write(ensemble, to: path)
    #expect(try read(path) == throughFloatAngstrom(ensemble.configurations))

    try AmberRestartTests.sample(atoms: 4).write(to: path, information: SampleFrames.information)
    #expect(try read(path).count == 1)

    try NumPyArray(configurations).write(to: path)
    #expect(try read(path) == configurations)
    try NumPyArray(shape: [3, 12], values: configurations.coordinates).write(to: path)
    #expect(try read(path) == configurations)

    let capped = SampleFrames.configurations(count: 2, atoms: 22)
    let misnamed = folder.file("text.nc")
    try PDBWriter.write(capped, of: AlanineDipeptide.molecule, to: misnamed)
    // Three decimals of an Å.
    #expect(largestDifference(try read(misnamed, atoms: 22).coordinates, capped.coordinates) < 0.501e-4)

    for second in ["    2", "    2  0.1000000E+02"] {
      let restart = "a title\n\(second)\n   1.1234567 -12.1234567-100.1234567   1.0000000   2.0000000   3.0000000\n"
      try writeBytes(Array(restart.utf8), to: misnamed)
      let expected = [0.11234567, -1.21234567, -10.01234567, 0.1, 0.2, 0.3]
      #expect(largestDifference(try read(misnamed, atoms: 2).coordinates, expected) < 1e-14, "\(second)")
    }
    let withTemperature = "a title\n     1  0.1000000E+02  0.3000000E+03\n   1.1234567 -12.1234567-100.1234567\n"
    try writeBytes(Array(withTemperature.utf8), to: misnamed)
    #expect(try CoordinateFormat(ofFile: misnamed) == .amberASCIIRestart)
  }

  @Test(
    "errors say what the file is instead",
    arguments: [
      ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "HDF5"), ([0x50, 0x4B, 3, 4, 0], "zip"),
      ([0x1F, 0x8B, 8], "gzip"),
      ([84, 0, 0, 0] + Array("CORD".utf8), "DCD"), ([0, 0, 7, 0xCB], "XTC"), ([1, 0, 2], "binary"), ([], "empty"),
      (Array("%VERSION  VERSION_STAMP = V0001.000\n".utf8), "prmtop"), (Array("<?xml version=\"1.0\"?>".utf8), "XML"),
      (Array("data_1ABC\n".utf8), "mmCIF"), (Array("3\ncomment\nC 0 0 0\n".utf8), "text"),
      (Array("\n\n\n".utf8), "text"),
    ] as [([UInt8], String)])
  func foreignFiles(_ content: [UInt8], _ word: String) throws {
    let path = folder.file("foreign.nc")
    try writeBytes(content, to: path)
    let error = #expect(throws: InputError.self) { try read(path) }
    #expect("\(error!)".contains(word), "\(error!)")
  }

  @Test("another molecule, a folder, nothing at all")
  func mismatches() throws {
    let path = folder.file("five.npy")
    try NumPyArray(SampleFrames.configurations(count: 2, atoms: 5)).write(to: path)
    let error = #expect(throws: InputError.self) { try read(path) }
    #expect(error!.found == "[2, 5, 3]")
    #expect(throws: InputError.self) { try read(golden("mdtraj.nc")) }
    #expect(throws: InputError.self) { try read(folder.path) }
    #expect(throws: InputError.self) { try read(folder.file("absent.nc")) }
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    #expect(throws: InputError.self) { try read(folder.file("pipe")) }
  }
}
