import Energies
import Testing
import Trajectories

/// Files of other programs, made by Golden/make_foreign_files.py.
@Suite("Files of other programs")
struct ForeignFileTests {
  /// 8 frame + 1.5 atom + 0.25 axis − 4 Å, as nm. Exact in float Å, so nothing is rounded but the product with 0.1.
  private func expected(frames: [Int] = [0, 1, 2], times factor: Double = 1) -> [Double] {
    var values: [Double] = []
    for frame in frames {
      for atom in 0..<5 {
        for axis in 0..<3 {
          let angstrom = 8 * Double(frame) + 1.5 * Double(atom) + 0.25 * Double(axis) - 4
          values.append(angstrom * factor * 0.1)
        }
      }
    }
    return values
  }

  /// A few units in the last place of 2 nm.
  private let rounding = 1e-15

  @Test("trajectories", arguments: ["mdtraj.nc", "mdanalysis.ncdf", "parmed.nc", "classic.nc", "data64.nc"])
  func trajectory(_ name: String) throws {
    let reader = try AmberTrajectoryReader(path: golden(name))
    #expect(reader.frameCount == 3 && reader.atomCount == 5)
    let frames = try reader.read()
    #expect(largestDifference(frames.coordinates.coordinates, expected()) < rounding)
    guard reader.contents.contains(.times) else {
      #expect(name == "classic.nc" || name == "data64.nc")
      #expect(reader.frameVariables == [FrameVariable("odd")])
      return
    }
    #expect(frames.times == [1, 1.5, 2])
    let cell = try #require(frames.cells).last!
    #expect(largestDifference([cell.lengths.x, cell.lengths.y, cell.lengths.z], [3, 3.2, 3.4]) < rounding)
    #expect(largestDifference([cell.angles.x, cell.angles.z], [.pi / 2, .pi / 3]) < rounding)
    // Velocities were half the coordinates in Å/ps. ParmEd divides by its float 20.455 and rounds to float: 2e-7 of 1.
    if let velocities = frames.velocities {
      #expect(largestDifference(velocities.coordinates, expected(times: 0.5)) < 2e-7)
    }
    #expect((frames.velocities != nil) == (name != "mdtraj.nc"))
  }

  @Test("restarts", arguments: ["mdtraj.ncrst", "parmed.ncrst"])
  func restart(_ name: String) throws {
    let restart = try AmberRestartNetCDF(path: golden(name))
    #expect(largestDifference(restart.coordinates.coordinates, expected(frames: [1])) < rounding)
    #expect(restart.time == 1.5)
    let lengths = try #require(restart.cell).lengths
    #expect(largestDifference([lengths.x, lengths.y, lengths.z], [3, 3.2, 3.4]) < rounding)
    #expect((restart.velocities != nil) == (name == "parmed.ncrst"))
    if let velocities = restart.velocities {
      // scale_factor is a float here: 20.455 to eight digits.
      #expect(largestDifference(velocities.coordinates, expected(frames: [1], times: 0.5)) < 1e-8)
    }
  }

  @Test("arrays")
  func arrays() throws {
    for name in ["float32.npy", "version2.npy"] {
      let array = try NumPyArray(path: golden(name))
      #expect(array.shape == [3, 5, 3])
      #expect(largestDifference(array.values, expected(times: 1.25)) < rounding)
    }
    let scalar = try NumPyArray(path: golden("scalar.npy"))
    #expect(scalar.shape.isEmpty && scalar.values == [2.5])
  }

  @Test(
    "what is not readable is named",
    arguments: [
      ("fortran.npy", "Fortran order"), ("integers.npy", "<i8"), ("structured.npy", "structured"), ("hdf5.nc", "HDF5"),
      ("parmed.ncrst", "not an array"), ("make_foreign_files.py", "not an array"),
    ])
  func notReadable(_ name: String, _ word: String) throws {
    if word == "not an array" {
      #expect(throws: InputError.self) { try NumPyArray(path: golden(name)) }
    } else if name.hasSuffix("npy") {
      let error = #expect(throws: InputError.self) { try NumPyArray(path: golden(name)) }
      #expect("\(error!)".contains(word), "\(error!)")
    } else {
      let error = #expect(throws: InputError.self) { try AmberTrajectoryReader(path: golden(name)) }
      #expect("\(error!)".contains(word), "\(error!)")
    }
  }
}
