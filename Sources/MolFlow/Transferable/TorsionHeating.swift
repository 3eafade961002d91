import Energies
import Foundation
import Randomness
import Sampling

/// Makes configurations whose torsions are hot while bonds and angles stay as they are: Metropolis moves that turn one bond by a uniform
/// angle and are accepted with min(1, e^{−Δu/τ}) (Metropolis et al. 1953, doi:10.1063/1.1699114).
///
/// A flow that is to match an energy on given configurations needs none that are distributed by it (log-variance), but it needs some where it has too little
/// density. Frames of equilibrium hardly show strained rotamers and cis peptide bonds, and each that is missed outweighs thousands of samples later;
/// here they come with the bonds and angles of equilibrium, as in samples of the flow.
public struct TorsionHeating: Sendable {
  private struct Rotation: Sendable {
    var tail: Int
    var head: Int
    /// The atoms on the smaller side.
    var moving: [Int]
  }

  private let rotations: [Rotation]

  /// Every bond that turns something: outside rings, with more than one atom on both sides.
  public init(_ molecule: Molecule) {
    rotations = molecule.bonds.compactMap { bond in
      guard let first = molecule.fragment(of: bond.first, cutFrom: bond.second),
        let second = molecule.fragment(of: bond.second, cutFrom: bond.first), min(first.count, second.count) > 1
      else { return nil }
      return first.count < second.count
        ? Rotation(tail: bond.second, head: bond.first, moving: first)
        : Rotation(tail: bond.first, head: bond.second, moving: second)
    }
  }

  var rotatableBonds: Int { rotations.count }

  /// The configurations `[count][3N]` after sweeps over all bonds, and their reduced potentials `[count]`, kT.
  ///
  /// - Parameters:
  ///   - configurations: where the moves begin, nm.
  ///   - ratios: temperatures of the moves in units of the target's, τ; samples take them in turn.
  public func heated(
    _ configurations: Configurations, target: any TargetDensity, ratios: [Double], sweeps: Int,
    using random: RandomStream
  ) throws -> (configurations: Configurations, reducedPotentials: [Double]) {
    var random = random
    var x = configurations
    var u = try target.reducedPotentials(of: x)
    for _ in 0..<sweeps {
      for rotation in rotations {
        var moved = x
        for sample in 0..<x.count {
          moved.rotate(
            rotation.moving, about: rotation.tail, rotation.head, by: Double.pi * (2 * random.uniform() - 1),
            sample: sample)
        }
        let proposed = try target.reducedPotentials(of: moved)
        for sample in 0..<x.count {
          let ratio = ratios[sample % ratios.count]
          // Where the new energy is no number, nothing is accepted.
          guard log(random.uniform()) < (u[sample] - proposed[sample]) / ratio else { continue }
          u[sample] = proposed[sample]
          for atom in rotation.moving {
            for axis in 0..<3 { x[sample, 3 * atom + axis] = moved[sample, 3 * atom + axis] }
          }
        }
      }
    }
    return (x, u)
  }
}
