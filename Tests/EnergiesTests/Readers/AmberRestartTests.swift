import Energies
import Foundation
import Testing

@Suite struct AmberRestartTests {
  private func read(_ text: String) throws -> AmberRestart {
    try withTemporaryFile(text) { try AmberRestart(path: $0) }
  }

  private func row(_ values: Double...) -> String { values.map { String(format: "%12.7f", $0) }.joined() + "\n" }

  @Test(arguments: ReaderGolden.molecules) func goldenFiles(molecule: String) throws {
    let golden = try ReaderGolden(molecule: molecule)
    let restart = try AmberRestart(path: ReaderGolden.path("\(molecule).inpcrd"))
    #expect(restart.positions.count == 1)
    #expect(restart.positions.dimension == golden.relaxed.count)
    // The same decimal digits divided by ten: one rounding.
    for (found, expected) in zip(restart.positions.coordinates, golden.relaxed) {
      #expect(abs(found - expected) <= 1e-15 + 1e-15 * abs(expected))
    }
    #expect(restart.velocities == nil && restart.box == nil)
    #expect(restart.title == molecule)
    #expect(restart.time == 0)
  }

  @Test func velocitiesAndBox() throws {
    let coordinates = row(1, 2, 3, 4, 5, 6) + row(7, 8, 9)
    let velocities = row(0.1, 0.2, 0.3, 0.4, 0.5, 0.6) + row(0.7, 0.8, 0.9)
    let box = row(20, 30, 40, 90, 90, 109.4712190)
    let all = try read("title\n    3  1.5000000E+01  300.0\n" + coordinates + velocities + box)
    #expect(all.time == 15)
    #expect(all.positions.position(sample: 0, atom: 2) == SIMD3(7, 8, 9) * 0.1)
    #expect(abs(all.velocities![0, 0] - 0.2045500) < 1e-12)  // 0.1 Å × 20.455/ps
    #expect(all.box?.lengths == SIMD3(20, 30, 40) * 0.1)
    #expect(all.box?.angles == SIMD3(90, 90, 109.471219))
    let plain = try read("title\n3\n" + coordinates)
    #expect(plain.velocities == nil && plain.box == nil && plain.time == nil)
    let boxed = try read("title\n3\n" + coordinates + box + "\n\n")
    #expect(boxed.velocities == nil && boxed.box != nil)
    let moving = try read("title\n3\n" + coordinates + velocities)
    #expect(moving.velocities != nil && moving.box == nil)
  }

  /// With one or two atoms the number of lines does not tell velocities from a box.
  @Test func smallFiles() throws {
    #expect(try read("t\n1\n" + row(1, 2, 3) + row(1, 2, 3)).velocities != nil)
    #expect(try read("t\n1\n" + row(1, 2, 3) + row(20, 20, 20, 90, 90, 90)).box != nil)
    #expect(try read("t\n2\n" + row(1, 2, 3, 4, 5, 6) + row(1, 2, 3, 4, 5, 6)).velocities != nil)
    #expect(try read("t\n2\n" + row(1, 2, 3, 4, 5, 6) + row(20, 20, 20, 90, 90, 90)).box != nil)
  }

  @Test(arguments: [
    (
      "t\n3\n   1.0000000   2.0000000   3.0000000   4.0000000   5.0000000   6.0000000\n", 3,
      "expected: 4, 5, 6 or 7 lines"
    ),
    ("t\n2\n   1.0000000   2.0000000   3.0000000   4.0000000   5.0000000\n", 3, "6 columns"),
    ("t\n1\n   1.0000000************   3.0000000\n", 3, "************"),
    ("t\n1\n   1.0000000         nan   3.0000000\n", 3, "nan"),
    ("t\n9223372036854775807\n   1.0000000\n", 2, "too short"),
    ("t\n99999999999999999999\n   1.0000000\n", 2, "number of atoms"), ("t\n-1\n   1.0\n", 2, "number of atoms"),
    ("t\n0\n   1.0\n", 2, "number of atoms"), ("t\n1 later\n   1.0\n", 2, "time"),
    ("t\nname\n   1.0\n", 2, "number of atoms"),
  ]) func refuses(text: String, line: Int, words: String) throws {
    let error = try #require(inputError { _ = try read(text) })
    #expect(error.description.contains(words), "\(error)")
    #expect(error.line == line, "\(error)")
  }

  @Test func refusesOtherFormats() throws {
    let netCDF = inputError { try withTemporaryFile([0x43, 0x44, 0x46, 2, 0, 0]) { _ = try AmberRestart(path: $0) } }
    #expect(netCDF?.problem.contains("NetCDF") == true)
    #expect(inputError { _ = try read("") } != nil)
    #expect(inputError { _ = try read("\n\n\n\n") } != nil)
  }
}
