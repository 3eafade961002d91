import Energies
import Randomness
import Testing
import Trajectories

/// Damaged copies of good files: an `InputError` or a read that the bytes of the file can account for.
@Suite("Damaged files")
struct MutationTests {
  let folder: TemporaryFolder
  private static let copies = 1000

  init() throws { folder = try TemporaryFolder() }

  /// A copy with one to four injuries, half of them within the first 700 bytes, where the headers are.
  private func damaged(_ original: [UInt8], _ generator: inout RandomStream) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
      let reach = Bool.random(using: &generator) ? min(700, bytes.count) : bytes.count
      let place = Int.random(in: 0..<reach, using: &generator)
      let length = min(Int.random(in: 1...12, using: &generator), bytes.count - place)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 2: bytes.removeSubrange(place..<place + length)
      case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
      case 4: bytes.removeLast(bytes.count - place)
      case 5: for i in place..<place + length { bytes[i] = 0xFF }
      case 6: for i in place..<place + length { bytes[i] = 0 }
      default:
        // A plausible large number where a count may be.
        let aligned = place / 4 * 4
        let number = UInt32(1) << UInt32.random(in: 0..<32, using: &generator)
        for (i, shift) in [24, 16, 8, 0].enumerated() where aligned + i < bytes.count {
          bytes[aligned + i] = UInt8(truncatingIfNeeded: number >> UInt32(shift))
        }
      }
    }
    return bytes
  }

  /// Damages `original` and reads the copies; `read` returns how many numbers it got.
  private func check(_ original: [UInt8], seed: UInt64, _ read: (_ path: String) throws -> Int) throws {
    var generator = RandomStream(seed: seed)
    let path = folder.file("damaged")
    var refused = 0
    for copy in 0..<Self.copies {
      let bytes = damaged(original, &generator)
      try writeBytes(bytes, to: path)
      do {
        let count = try read(path)
        // The smallest stored number that becomes a Double takes one byte, and energies are read beside coordinates.
        #expect(count <= bytes.count, "copy \(copy): \(count) numbers from \(bytes.count) bytes")
      } catch let error as InputError {
        refused += 1
        #expect(error.source == path && !error.problem.isEmpty)
        #expect(error.description.utf8.count < 1000 && !error.description.contains("\0"))
      }
    }
    // Damage must be both noticed and survived, or the test tests nothing.
    #expect(refused > Self.copies / 10 && refused < Self.copies)
  }

  @Test("trajectories")
  func trajectories() throws {
    let path = folder.file("good.nc")
    let writer = try AmberTrajectoryWriter(
      path: path, atomCount: 5, contents: .all, information: SampleFrames.information)
    try writer.append(SampleFrames.full(count: 8, atoms: 5))
    try writer.close()
    try check(try bytes(of: path), seed: 1) { path in
      let reader = try AmberTrajectoryReader(path: path)
      for variable in reader.frameVariables { _ = try reader.values(of: variable) }
      _ = try CoordinateFile.read(path: path, atomCount: reader.atomCount)
      let frames = try reader.read()
      return frames.coordinates.coordinates.count + (frames.velocities?.coordinates.count ?? 0)
    }
  }

  @Test("appending to damaged trajectories")
  func appending() throws {
    let path = folder.file("good.nc")
    let writer = try AmberTrajectoryWriter(
      path: path, atomCount: 5, contents: .all, information: SampleFrames.information)
    try writer.append(SampleFrames.full(count: 8, atoms: 5))
    try writer.close()
    try check(try bytes(of: path), seed: 5) { path in
      // libnetcdf sees only what the checked reader accepted; what it refuses then is an OutputError.
      do {
        let writer = try AmberTrajectoryWriter(appendingTo: path, atomCount: 5)
        var frame = SampleFrames.full(count: 1, atoms: 5)
        if !writer.contents.contains(.times) { frame.times = nil }
        let values = Dictionary(uniqueKeysWithValues: writer.variables.map { ($0, [0.0]) })
        try writer.append(frame, values: values)
        try writer.close()
        return 0
      } catch let error as OutputError { throw InputError(path, error.problem) }
    }
  }

  @Test("restarts")
  func restarts() throws {
    let path = folder.file("good.ncrst")
    try AmberRestartTests.sample().write(to: path, information: SampleFrames.information)
    try check(try bytes(of: path), seed: 2) { path in
      let restart = try AmberRestartNetCDF(path: path)
      return restart.coordinates.coordinates.count + (restart.velocities?.coordinates.count ?? 0)
    }
  }

  @Test("ensembles")
  func ensembles() throws {
    let path = folder.file("good.nc")
    try EnsembleFile.write(SampleFrames.ensemble(count: 8), to: path)
    try check(try bytes(of: path), seed: 3) { path in
      let ensemble = try EnsembleFile.read(path: path)
      return ensemble.configurations.coordinates.count + ensemble.values.values.map(\.count).reduce(0, +)
    }
  }

  @Test("arrays")
  func arrays() throws {
    let path = folder.file("good.npy")
    try NumPyArray(SampleFrames.configurations(count: 8, atoms: 5)).write(to: path)
    try check(try bytes(of: path), seed: 4) { try NumPyArray(path: $0).values.count }
  }
}
