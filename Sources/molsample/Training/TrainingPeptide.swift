import Energies
import Foundation
import MolFlow
import Randomness
import Sampling
import Trajectories

/// A peptide of a data set with its frames and their energies.
struct TrainingPeptide {
  var name: String
  var prepared: PreparedSystem
  var structure: Configurations
  var frames: Configurations
  var reducedPotentials: [Double]
  /// Whether the simulations or draws that gave the frames were worth what was asked of them; else states may have wrong odds.
  var isConverged: Bool

  /// The peptide for a transferable flow.
  func subject(of recipe: any FlowRecipe) throws -> FlowSubject {
    let zMatrix = try ZMatrix(prepared.system.molecule, order: recipe.placementOrder)
    var subject = FlowSubject(
      prepared.system, coordinates: InternalCoordinates(zMatrix),
      scaling: try CoordinateScaling(prepared.system, zMatrix: zMatrix, structure: structure, state: prepared.state),
      kT: prepared.state.kT)
    subject.signs = ChiralCenters(prepared.system.molecule).signs(of: structure)
    return subject
  }

  /// Temperatures of heated torsions in units of the peptide's, and sweeps over its bonds.
  private static let heat = (ratios: [1.5, 2, 3], sweeps: 2)

  /// One heated configuration of each frame, with its reduced potential; see `TorsionHeating`.
  func heated(threads: Int) throws -> (configurations: Configurations, reducedPotentials: [Double]) {
    try TorsionHeating(prepared.system.molecule).heated(
      frames,
      target: BoltzmannDensity(
        MolecularEnergy(prepared.system, threads: threads, precision: .single), state: prepared.state),
      ratios: Self.heat.ratios, sweeps: Self.heat.sweeps, using: RandomStream(seed: 0).child(1))
  }

  /// The peptides of data sets; one that several hold is that of the last, so that better frames can take the place of others.
  ///
  /// - Parameters:
  ///   - frames: most of each peptide, evenly spaced.
  ///   - first: so many of each set; nil for all.
  static func read(_ folders: [String], frames: Int, first: Int?) throws -> [TrainingPeptide] {
    let sets = try folders.map { path -> (path: String, rows: [DatasetTable.Row]) in
      // A folder that is not there would be made.
      let isThere = FileManager.default.fileExists(atPath: "\(path)/\(DatasetTable.name)")
      guard isThere, case let table = try DatasetTable(folder: OutputFolder(path: path)), !table.rows.isEmpty else {
        throw InputError(path, "is no data set", expected: "\(DatasetTable.name) of `molsample dataset`", found: "none")
      }
      return (path, Array(table.rows.prefix(first ?? table.rows.count)))
    }
    return try sets.enumerated().flatMap { number, set -> [TrainingPeptide] in
      let path = set.path
      let later = Set(sets[(number + 1)...].flatMap { $0.rows.map(\.sequence) })
      return try set.rows.filter { !later.contains($0.sequence) }.map { row in
        let file = "\(path)/\(folderName(row.sequence)).nc"
        var description = SystemDescription(sequence: row.sequence)
        let reader = try AmberTrajectoryReader(path: file)
        description.temperature = reader.number("temperature") ?? description.temperature
        let prepared = try PreparedSystem(description, needsStructure: true)
        guard reader.atomCount == prepared.system.molecule.atomCount, let structure = prepared.structure else {
          throw InputError(file, "is of another molecule than its name says", found: "\(reader.atomCount) atoms")
        }
        let stride = max(1, (reader.frameCount + frames - 1) / frames)
        let chosen = Array(Swift.stride(from: 0, to: reader.frameCount, by: stride))
        let stored = try reader.configurations(frames: chosen)
        let energy = MolecularEnergy(prepared.system, threads: 1)
        if let own = try reader.values(of: .potentialEnergy, frames: 0..<1)?.first {
          try StoredEnergy(own, of: file).require(
            try energy.energies(of: stored.slice(0..<1))[0], advice: "make the set anew with `molsample dataset`")
        }
        let frames = EquivalentAtoms(prepared.system.molecule).shuffled(stored, using: RandomStream(seed: 0))
        return TrainingPeptide(
          name: row.sequence, prepared: prepared, structure: structure, frames: frames,
          reducedPotentials: try BoltzmannDensity(energy, state: prepared.state).reducedPotentials(of: frames),
          isConverged: row.state != .notConverged)
      }
    }
  }
}
