import Energies
import Foundation

/// q = x − x̄: configurations up to translation, all rotations of each among them, of the given handedness.
///
/// A density on the 3(N − 1) dimensions of mean-free configurations (in the length of that subspace) becomes one on the measure of
/// `InternalCoordinates`, which counts each orbit of translations and rotations once, by log J = ³⁄₂ ln N − ln 8π²: with the origin
/// at the first atom dx = dx₁ dμ_int dΩ, with the mean position dx = N^{3/2} dx̄ dμ_free, and ∫dΩ = 8π². Weights e^{−u}/q of both
/// kinds of flow therefore estimate one Z.
///
/// Fields with reflections among their symmetries make both hands alike; of a molecule with stereocentres the wrong hand is
/// reflected, and its density counts for the right one: q(x) + q(−x) = 2 q(x).
public struct MeanFreeChart: CoordinateChart {
  public let atoms: Int
  /// Width of scaled coordinates, whose three directions without mean the flow counts too often.
  public let width: Double
  private let centers: ChiralCenters?
  private let signs: [Int]

  /// - Parameters:
  ///   - signs: of the molecule's stereocentres; empty for none.
  public init(atoms: Int, width: Double, centers: ChiralCenters? = nil, signs: [Int] = []) {
    (self.atoms, self.width) = (atoms, width)
    self.centers = signs.isEmpty ? nil : centers
    self.signs = signs
  }

  public var dimension: Int { 3 * atoms }
  public var coordinateCount: Int { 3 * atoms }

  private var logJ: Double {
    1.5 * log(Double(atoms)) - log(8 * Double.pi * Double.pi) - 3 * log(width) - (centers == nil ? 0 : log(2))
  }

  private func isMirrored(_ x: borrowing Configurations) -> [Bool] {
    guard let centers else { return [Bool](repeating: false, count: x.count) }
    // The first stereocentre decides; others may still be wrong, and such samples are for the energy to judge.
    return (0..<x.count).map { sample in
      let volume = ChiralCenters.volume(of: centers.centers[0], in: x, sample: sample)
      return volume * Double(signs[0]) < 0
    }
  }

  private func centred(_ x: borrowing Configurations) -> Configurations {
    var result = copy x
    for sample in 0..<result.count {
      for axis in 0..<3 {
        let mean = (0..<atoms).reduce(0) { $0 + result[sample, 3 * $1 + axis] } / Double(atoms)
        for atom in 0..<atoms { result[sample, 3 * atom + axis] -= mean }
      }
    }
    return result
  }

  public func forwardAndLogDet(_ q: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    var x = copy q
    for (sample, isMirrored) in isMirrored(q).enumerated() where isMirrored {
      for c in 0..<dimension { x[sample, c].negate() }
    }
    return (x, (0..<q.count).map { x[$0, 0].isNaN ? .nan : logJ })
  }

  public func inverseAndLogDet(_ x: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    (centred(x), isMirrored(x).map { $0 ? -.infinity : -logJ })
  }

  public func pullBack(
    _ gradient: borrowing Configurations, at q: borrowing Configurations, x: borrowing Configurations
  ) -> Configurations {
    var result = copy gradient
    for (sample, isMirrored) in isMirrored(q).enumerated() where isMirrored {
      for c in 0..<dimension { result[sample, c].negate() }
    }
    return result
  }
}
