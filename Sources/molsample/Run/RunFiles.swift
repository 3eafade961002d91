import Energies
import Estimators
import Foundation
import Randomness
import Sampling
import Trajectories

/// What a run writes beside the weighted ensemble, for programs that know no weights.
///
/// `resampled.nc`: as many samples as the ensemble is effectively worth, drawn by their weights (systematic resampling) and put
/// in random order, with `sample_id`, the number of the draw, and the energy; also a reservoir for AMBER's replica exchange. `restarts/`: a few of them as AMBER restarts and
/// PDB. `weights.npy`: the weights of all samples, summing to 1. `free_energy.csv`: profiles along the backbone's torsions.
struct RunFiles {
  let folder: OutputFolder
  let molecule: Molecule
  let provenance: EnsembleProvenance
  let seed: UInt64
  /// Samples read from the ensemble at a time.
  private static let portion = 4096

  func writeWeights(_ logWeights: [Double]) throws {
    let weights = try LogWeights(logWeights).normalized.map { exp($0) }
    try NumPyArray(shape: [weights.count], values: weights).write(to: folder.file("weights.npy"))
  }

  /// - Parameter coordinate: of each sample, along which shares are kept best: a free-energy difference's torsion.
  /// - Returns: how many samples `resampled.nc` has.
  func writeResampled(
    _ logWeights: [Double], along coordinate: [Double]?, effectiveSamples: Double, restarts: Int
  ) throws -> Int {
    let weights = try LogWeights(logWeights)
    let shares = weights.normalized.map { exp($0) }
    let random = RandomStream(seed: seed).child(.resampling)
    let count = max(1, Int(effectiveSamples))
    // Systematic resampling keeps shares of whatever lies together in the order of the samples.
    let along = coordinate.map { values in values.indices.sorted { (values[$0], $0) < (values[$1], $1) } }
    let ordered = along ?? Array(shares.indices)
    var chosen = SystematicResampling().parents(
      weights: ordered.map { shares[$0] }, count: count, using: random.child(0)
    ).map { ordered[$0] }
    var order = random.child(1)
    chosen.shuffle(using: &order)
    let reader = try AmberTrajectoryReader(path: folder.file("ensemble.nc"))
    let energies = try reader.values(of: .potentialEnergy) ?? []
    let writer = try AmberTrajectoryWriter(
      path: folder.file("resampled.nc"), atomCount: molecule.atomCount,
      variables: [.potentialEnergy, .reservoirEnergy, .sampleID],
      information: AmberFileInformation(
        title: (provenance.title ?? "") + ", resampled by weight", programVersion: provenance.programVersion),
      attributes: [
        ("system", .text(provenance.system)), ("temperature", .number(provenance.temperature)),
        ("temperature_units", .text("kelvin")), ("seed", .text(String(provenance.seed))),
      ], reservoir: AmberReservoir(temperature: provenance.temperature, seed: seed), appearance: .whenClosed)
    for start in stride(from: 0, to: count, by: Self.portion) {
      let part = Array(chosen[start..<min(start + Self.portion, count)])
      try writer.append(
        TrajectoryFrames(coordinates: try reader.configurations(frames: part)),
        values: [
          .potentialEnergy: part.map { energies[$0] },
          .reservoirEnergy: part.map { energies[$0] / Units.kilojoulesPerKilocalorie },
          .sampleID: part.map(Double.init),
        ])
    }
    try writer.close()
    try writeRestarts(try reader.configurations(frames: Array(chosen.prefix(restarts))))
    return count
  }

  private func writeRestarts(_ x: Configurations) throws {
    // Those of an earlier run may be more.
    try? FileManager.default.removeItem(atPath: folder.file("restarts"))
    let place = try OutputFolder(path: folder.file("restarts"))
    for sample in 0..<x.count {
      let name = String(format: "%03d", sample + 1)
      let one = x.slice(sample..<sample + 1)
      try AmberRestartNetCDF(coordinates: one, time: 0, temperature: provenance.temperature)
        .write(
          to: place.file("\(name).rst7"),
          information: AmberFileInformation(title: provenance.title, programVersion: provenance.programVersion))
      try PDBWriter.write(one, of: molecule, title: provenance.title, to: place.file("\(name).pdb"))
    }
  }

  /// Profiles along the backbone's torsions, a line for each bin, with standard errors and bands of 95 % by bootstrap.
  func writeFreeEnergies(_ ensemble: SampledFrames, features: EnsembleFeatures, bins: Int = 60) throws {
    var lines = [
      "torsion,angle_rad,free_energy_kT,error_kT,lower_95_kT,upper_95_kT,free_energy_kJ_mol,free_energy_kcal_mol"
    ]
    let axis = HistogramAxis.circular(bins: bins)
    let kJ = Units.gasConstant * provenance.temperature
    for (number, torsion) in (features.backbone.phi + features.backbone.psi).enumerated() {
      var random = RandomStream(seed: seed).child(.profileBands).child(number)
      let angles = ensemble.x.dihedrals(torsion.atoms)
      guard
        let profile = try? FreeEnergyProfile(
          of: angles, axis: axis, logWeights: ensemble.logWeights, dependence: ensemble.dependence),
        let bands = try? FreeEnergyBands(
          of: profile, coordinate: angles, logWeights: ensemble.logWeights, dependence: ensemble.dependence,
          random: &random)
      else { continue }
      for (bin, angle) in axis.centers.enumerated() {
        let value = profile.values[bin]
        let numbers = [
          value, profile.standardErrors[bin], bands.lower[bin], bands.upper[bin], value.map { $0 * kJ },
          value.map { $0 * kJ / Units.kilojoulesPerKilocalorie },
        ]
        lines.append("\(torsion.name),\(angle)," + numbers.map { $0.map { "\($0)" } ?? "" }.joined(separator: ","))
      }
    }
    try folder.write(lines.joined(separator: "\n") + "\n", as: "free_energy.csv")
  }
}
