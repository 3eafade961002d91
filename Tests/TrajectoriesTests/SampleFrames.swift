import Energies
import Randomness
import Trajectories

enum SampleFrames {
  static let information = AmberFileInformation(title: "sample frames", application: "tests", programVersion: "0.1")

  static let provenance = EnsembleProvenance(
    title: "samples of a test", programVersion: "0.1", system: "alanine-dipeptide", temperature: 300,
    seed: 18_446_744_073_709_551_557, configurationDigest: String(repeating: "5e", count: 32))

  /// Coordinates within ±2 nm.
  static func configurations(count: Int, atoms: Int, seed: UInt64 = 1) -> Configurations {
    var generator = RandomStream(seed: seed)
    return Configurations(
      count: count, dimension: 3 * atoms,
      coordinates: (0..<count * 3 * atoms).map { _ in Double.random(in: -2...2, using: &generator) })
  }

  /// Frames with every part.
  static func full(count: Int, atoms: Int, seed: UInt64 = 1) -> TrajectoryFrames {
    TrajectoryFrames(
      coordinates: configurations(count: count, atoms: atoms, seed: seed),
      times: (0..<count).map { 0.25 * Double($0) + 10 },
      velocities: configurations(count: count, atoms: atoms, seed: seed + 1000),
      forces: configurations(count: count, atoms: atoms, seed: seed + 2000),
      cells: (0..<count).map {
        UnitCell(lengths: SIMD3(3, 3.5, 4 + 0.125 * Double($0)), angles: SIMD3(.pi / 2, .pi / 3, .pi / 2))
      })
  }

  static func ensemble(count: Int, atoms: Int = 4) throws -> Ensemble {
    var generator = RandomStream(seed: 77)
    func column(_ range: ClosedRange<Double>) -> [Double] {
      (0..<count).map { _ in Double.random(in: range, using: &generator) }
    }
    return try Ensemble(
      configurations: configurations(count: count, atoms: atoms), logWeights: column(-900 ... -700),
      values: [
        .potentialEnergy: column(-100...100), .reducedPotential: column(-40...40), .logProposal: column(50...60),
        .sampleID: (0..<count).map(Double.init), .parentID: (0..<count).map { Double($0 / 2) },
      ], provenance: provenance)
  }
}

/// What a coordinate becomes on its way through float Å.
func throughFloatAngstrom(_ configurations: Configurations) -> Configurations {
  Configurations(
    count: configurations.count, dimension: configurations.dimension,
    coordinates: configurations.coordinates.map { Double(Float($0 / 0.1)) * 0.1 })
}

/// Largest |a − b|; infinite when the shapes differ.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}
