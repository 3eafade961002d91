import Energies
import Testing
import Trajectories

@Suite("AMBER NetCDF trajectories")
struct AmberTrajectoryTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ frames: TrajectoryFrames, to path: String) throws {
    let writer = try AmberTrajectoryWriter(
      path: path, atomCount: frames.coordinates.atomCount, contents: frames.contents,
      information: SampleFrames.information)
    try writer.append(frames)
    try writer.close()
  }

  @Test("every part of a frame comes back")
  func roundTrip() throws {
    let path = folder.file("full.nc")
    let frames = SampleFrames.full(count: 7, atoms: 5)
    try write(frames, to: path)
    let reader = try AmberTrajectoryReader(path: path)
    #expect(reader.frameCount == 7 && reader.atomCount == 5 && reader.contents == .all)
    #expect(reader.frameVariables.isEmpty)
    #expect(reader.text("Conventions") == "AMBER" && reader.text("ConventionVersion") == "1.0")
    #expect(reader.text("title") == "sample frames" && reader.text("program") == "MolFlow")
    let found = try reader.read()
    // Bit-equal: both sides round once to float and convert with the same operations.
    #expect(found.coordinates == throughFloatAngstrom(frames.coordinates))
    // Times are quarters, exact in float.
    #expect(found.times == frames.times)
    // Half a unit in the last place of a float of 2 nm/ps, 2⁻²³, and of the forces, is below 1.3e-7.
    #expect(largestDifference(found.velocities!.coordinates, frames.velocities!.coordinates) < 1.3e-7)
    #expect(largestDifference(found.forces!.coordinates, frames.forces!.coordinates) < 1.3e-7)
    // Cells are double; conversion to degree and back costs a few units of 2⁻⁵².
    for (a, b) in zip(found.cells!, frames.cells!) {
      #expect(
        largestDifference([a.lengths.x, a.lengths.y, a.lengths.z], [b.lengths.x, b.lengths.y, b.lengths.z]) < 4e-15)
      #expect(largestDifference([a.angles.x, a.angles.y, a.angles.z], [b.angles.x, b.angles.y, b.angles.z]) < 4e-15)
    }
  }

  @Test("the container is CDF-2 with AMBER's units and labels")
  func strictLayout() throws {
    let path = folder.file("layout.nc")
    try write(SampleFrames.full(count: 1, atoms: 2), to: path)
    let content = try bytes(of: path)
    #expect(Array(content[0..<4]) == [0x43, 0x44, 0x46, 2])
    let text = String(decoding: content, as: UTF8.self)
    for word in [
      "picosecond", "angstrom", "angstrom/picosecond", "kilocalorie/mole/angstrom", "degree", "scale_factor",
      "cell_spatial", "cell_angular", "label", "alphabeta gamma", "xyz", "abc",
    ] { #expect(text.contains(word), "\(word)") }
  }

  @Test("attributes longer than the convention's 80 bytes are cut at a whole character")
  func longTitle() throws {
    let path = folder.file("title.nc")
    let title = String(repeating: "ä", count: 79)
    let writer = try AmberTrajectoryWriter(
      path: path, atomCount: 1, information: AmberFileInformation(title: title, programVersion: "0.1"))
    try writer.close()
    #expect(try AmberTrajectoryReader(path: path).text("title") == String(repeating: "ä", count: 40))
  }

  @Test("a reader sees whole frames while the file grows, and after the writer vanished")
  func growing() throws {
    let path = folder.file("growing.nc")
    let frames = SampleFrames.full(count: 300, atoms: 5)
    var writer: AmberTrajectoryWriter? = try AmberTrajectoryWriter(
      path: path, atomCount: 5, contents: .all, information: SampleFrames.information)
    #expect(try AmberTrajectoryReader(path: path).frameCount == 0)
    try writer!.append(frames)
    #expect(try AmberTrajectoryReader(path: path).frameCount == 0)
    try writer!.synchronise()
    let copy = try bytes(of: path)
    #expect(try AmberTrajectoryReader(path: path).read().coordinates == throughFloatAngstrom(frames.coordinates))
    try writer!.append(frames)
    // What a killed program leaves is what is on disk now: some bytes of the later frames, but not their number.
    let left = try AmberTrajectoryReader(path: path)
    #expect(left.frameCount == 300)
    #expect(try left.read().coordinates == throughFloatAngstrom(frames.coordinates))
    writer = nil
    #expect(try AmberTrajectoryReader(path: path).frameCount == 600)
    #expect(copy.count > 300 * 5 * 36)
  }

  @Test("a file that is to appear whole appears in close only")
  func whenClosed() throws {
    let path = folder.file("whole.nc")
    let frames = SampleFrames.full(count: 2, atoms: 3)
    do {
      let abandoned = try AmberTrajectoryWriter(
        path: path, atomCount: 3, contents: .all, information: SampleFrames.information, appearance: .whenClosed)
      try abandoned.append(frames)
      try abandoned.synchronise()
      #expect(!folder.contents.contains("whole.nc"))
    }
    #expect(folder.contents.isEmpty, "an abandoned file leaves nothing")
    let writer = try AmberTrajectoryWriter(
      path: path, atomCount: 3, contents: .all, information: SampleFrames.information, appearance: .whenClosed)
    try writer.append(frames)
    try writer.close()
    #expect(folder.contents == ["whole.nc"])
    #expect(try AmberTrajectoryReader(path: path).frameCount == 2)
  }

  @Test("appending continues a file, after as many frames as a checkpoint counted")
  func appending() throws {
    let path = folder.file("append.nc")
    let first = SampleFrames.full(count: 6, atoms: 4, seed: 1)
    let second = SampleFrames.full(count: 5, atoms: 4, seed: 2)
    try write(first, to: path)
    let writer = try AmberTrajectoryWriter(appendingTo: path, atomCount: 4, keepingFrames: 2)
    #expect(writer.frameCount == 2)
    try writer.append(second)
    try writer.close()
    let reader = try AmberTrajectoryReader(path: path)
    #expect(reader.frameCount == 7)
    let expected = first.coordinates.slice(0..<2).appending(second.coordinates)
    #expect(try reader.configurations() == throughFloatAngstrom(expected))
    #expect(try reader.read().times == Array(first.times![0..<2]) + second.times!)
  }

  @Test("appending gives the same bytes as writing at once")
  func appendingGivesSameBytes() throws {
    let frames = SampleFrames.full(count: 6, atoms: 4)
    try write(frames, to: folder.file("once.nc"))
    let part = TrajectoryFrames(
      coordinates: frames.coordinates.slice(0..<4), times: Array(frames.times![0..<4]),
      velocities: frames.velocities!.slice(0..<4), forces: frames.forces!.slice(0..<4),
      cells: Array(frames.cells![0..<4]))
    let rest = TrajectoryFrames(
      coordinates: frames.coordinates.slice(4..<6), times: Array(frames.times![4..<6]),
      velocities: frames.velocities!.slice(4..<6), forces: frames.forces!.slice(4..<6),
      cells: Array(frames.cells![4..<6]))
    try write(part, to: folder.file("twice.nc"))
    let writer = try AmberTrajectoryWriter(appendingTo: folder.file("twice.nc"), atomCount: 4)
    try writer.append(rest)
    try writer.close()
    #expect(try bytes(of: folder.file("once.nc")) == bytes(of: folder.file("twice.nc")))
  }

  @Test("other molecules, missing parts and impossible checkpoints are refused")
  func refusals() throws {
    let path = folder.file("refuse.nc")
    try write(SampleFrames.full(count: 2, atoms: 4), to: path)
    #expect(throws: InputError.self) { try AmberTrajectoryWriter(appendingTo: path, atomCount: 5) }
    #expect(throws: InputError.self) { try AmberTrajectoryWriter(appendingTo: path, atomCount: 4, keepingFrames: 3) }
    // Continuing another program's units would mix two scales in one variable.
    let foreign = folder.file("foreign.nc")
    try writeBytes(try bytes(of: golden("classic.nc")), to: foreign)
    #expect(throws: InputError.self) { try AmberTrajectoryWriter(appendingTo: foreign, atomCount: 5) }
    let writer = try AmberTrajectoryWriter(appendingTo: path, atomCount: 4)
    #expect(throws: OutputError.self) { try writer.append(SampleFrames.full(count: 1, atoms: 5)) }
    #expect(throws: OutputError.self) {
      try writer.append(SampleFrames.full(count: 1, atoms: 4), values: [.potentialEnergy: [0]])
    }
    let bare = TrajectoryFrames(coordinates: SampleFrames.configurations(count: 1, atoms: 4))
    #expect(throws: OutputError.self) { try writer.append(bare) }
    try writer.close()
    #expect(try AmberTrajectoryReader(path: path).frameCount == 2, "refused frames leave no trace")
  }

  @Test("any frames, in portions or one by one")
  func subsets() throws {
    let path = folder.file("subset.nc")
    let frames = SampleFrames.full(count: 25, atoms: 3)
    try write(frames, to: path)
    let reader = try AmberTrajectoryReader(path: path)
    let all = throughFloatAngstrom(frames.coordinates)
    #expect(try reader.configurations(frames: 5..<9) == all.slice(5..<9))
    #expect(
      try reader.configurations(frames: [24, 0, 7]).coordinates
        == all.slice(24..<25).coordinates + all.slice(0..<1).coordinates + all.slice(7..<8).coordinates)
    #expect(throws: InputError.self) { try reader.configurations(frames: 20..<26) }
    #expect(throws: InputError.self) { try reader.configurations(frames: [25]) }
    var collected: [Double] = []
    var sizes: [Int] = []
    try reader.forEachPortion(of: 10) { range, portion in
      #expect(range.count == portion.count)
      sizes.append(portion.count)
      collected += portion.coordinates
    }
    #expect(sizes == [10, 10, 5] && collected == all.coordinates)
    let some = try reader.read(frames: 3..<4, parts: [.times])
    #expect(some.times == [10.75] && some.velocities == nil && some.cells == nil)
  }

  @Test("frames larger than a block of reading")
  func largeFrames() throws {
    let path = folder.file("large.nc")
    let frames = TrajectoryFrames(coordinates: SampleFrames.configurations(count: 3, atoms: 30_000))
    try write(frames, to: path)
    #expect(try AmberTrajectoryReader(path: path).configurations() == throughFloatAngstrom(frames.coordinates))
  }

  @Test("coordinates that are not numbers stay so")
  func notANumber() throws {
    let path = folder.file("nan.nc")
    var configurations = SampleFrames.configurations(count: 2, atoms: 3)
    configurations[1, 4] = .nan
    configurations[1, 5] = .infinity
    try write(TrajectoryFrames(coordinates: configurations), to: path)
    let found = try AmberTrajectoryReader(path: path).configurations()
    #expect(found[1, 4].isNaN && found[1, 5] == .infinity)
    #expect(found.coordinates.count(where: \.isNaN) == 1)
  }

  @Test("a file that was cut says so")
  func cutFile() throws {
    let path = folder.file("cut.nc")
    try write(SampleFrames.full(count: 5, atoms: 4), to: path)
    let whole = try bytes(of: path)
    for length in [0, 3, 4, 40, 200, whole.count - 400, whole.count - 1] {
      let cut = folder.file("cut-\(length).nc")
      try writeBytes(Array(whole[0..<length]), to: cut)
      #expect(throws: InputError.self, "\(length) bytes") { try AmberTrajectoryReader(path: cut).read() }
    }
  }

  @Test("many writers and readers at once")
  func concurrency() async throws {
    let folder = self.folder
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          let path = folder.file("\(task).nc")
          let frames = SampleFrames.full(count: 50, atoms: 6, seed: UInt64(task))
          let writer = try AmberTrajectoryWriter(
            path: path, atomCount: 6, contents: .all, information: SampleFrames.information)
          for _ in 0..<3 {
            try writer.append(frames)
            try writer.synchronise()
          }
          try writer.close()
          let expected = throughFloatAngstrom(frames.coordinates)
          return try AmberTrajectoryReader(path: path).configurations()
            == expected.appending(expected).appending(expected)
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }
}
