import Energies
import Testing
import Trajectories

@Suite("AMBER NetCDF restarts")
struct AmberRestartTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static func sample(atoms: Int = 6) -> AmberRestartNetCDF {
    AmberRestartNetCDF(
      coordinates: SampleFrames.configurations(count: 1, atoms: atoms),
      velocities: SampleFrames.configurations(count: 1, atoms: atoms, seed: 2), time: 12.5, temperature: 310,
      cell: UnitCell(lengths: SIMD3(3, 4, 5), angles: SIMD3(.pi / 2, .pi / 2, .pi / 3)))
  }

  @Test("coordinates and velocities keep double precision")
  func roundTrip() throws {
    let path = folder.file("a.ncrst")
    let restart = Self.sample()
    try restart.write(to: path, information: SampleFrames.information)
    #expect(folder.contents == ["a.ncrst"])
    let found = try AmberRestartNetCDF(path: path)
    // Two conversions cost at most two units in the last place of 2: 9e-16.
    #expect(largestDifference(found.coordinates.coordinates, restart.coordinates.coordinates) < 9e-16)
    #expect(largestDifference(found.velocities!.coordinates, restart.velocities!.coordinates) < 9e-16)
    #expect(found.time == 12.5 && found.temperature == 310)
    let (a, b) = (found.cell!, restart.cell!)
    #expect(
      largestDifference([a.lengths.x, a.lengths.y, a.lengths.z], [b.lengths.x, b.lengths.y, b.lengths.z]) < 2e-15)
    #expect(largestDifference([a.angles.x, a.angles.y, a.angles.z], [b.angles.x, b.angles.y, b.angles.z]) < 2e-15)
  }

  @Test("only coordinates")
  func bare() throws {
    let path = folder.file("bare.ncrst")
    let restart = AmberRestartNetCDF(coordinates: SampleFrames.configurations(count: 1, atoms: 1))
    try restart.write(to: path, information: SampleFrames.information)
    let found = try AmberRestartNetCDF(path: path)
    #expect(found.velocities == nil && found.cell == nil && found.temperature == nil)
    // A time is always written, because other readers want one.
    #expect(found.time == 0)
  }

  @Test("a trajectory is not a restart, and the other way round")
  func kinds() throws {
    let path = folder.file("a.ncrst")
    try Self.sample().write(to: path, information: SampleFrames.information)
    let error = #expect(throws: InputError.self) { try AmberTrajectoryReader(path: path) }
    #expect(error!.found!.contains("restart"))
    let other = #expect(throws: InputError.self) { try AmberRestartNetCDF(path: golden("mdtraj.nc")) }
    #expect(other!.found!.contains("trajectory"))
  }
}
