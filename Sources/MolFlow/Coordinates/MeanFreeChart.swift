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
///
/// Clusters in the plane have two coordinates for each particle, log J = ln N − ln 2π, and the third coordinate of configurations 0.
public struct MeanFreeChart: CoordinateChart {
  public let atoms: Int
  /// Coordinates of a particle: 3, or 2 in the plane.
  public let axes: Int
  /// Width of scaled coordinates, whose three directions without mean the flow counts too often.
  public let width: Double
  private let centers: ChiralCenters?
  private let signs: [Int]

  /// - Parameters:
  ///   - signs: of the molecule's stereocentres; empty for none.
  public init(atoms: Int, axes: Int = 3, width: Double, centers: ChiralCenters? = nil, signs: [Int] = []) {
    precondition(axes == 3 || (axes == 2 && signs.isEmpty))
    (self.atoms, self.axes, self.width) = (atoms, axes, width)
    self.centers = signs.isEmpty ? nil : centers
    self.signs = signs
  }

  public var dimension: Int { 3 * atoms }
  public var coordinateCount: Int { axes * atoms }

  private var logJ: Double {
    0.5 * Double(axes) * log(Double(atoms)) - log(axes == 3 ? 8 * Double.pi * Double.pi : 2 * Double.pi)
      - Double(axes) * log(width) - (centers == nil ? 0 : log(2))
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
    var result = Configurations(count: x.count, dimension: coordinateCount)
    for sample in 0..<result.count {
      for axis in 0..<axes {
        let mean = (0..<atoms).reduce(0) { $0 + x[sample, 3 * $1 + axis] } / Double(atoms)
        for atom in 0..<atoms { result[sample, axes * atom + axis] = x[sample, 3 * atom + axis] - mean }
      }
    }
    return result
  }

  /// With the third coordinate, and without.
  private func inSpace(_ q: borrowing Configurations) -> Configurations {
    if axes == 3 { return copy q }
    var x = Configurations(count: q.count, dimension: dimension)
    for sample in 0..<q.count {
      for c in 0..<coordinateCount { x[sample, c / axes * 3 + c % axes] = q[sample, c] }
    }
    return x
  }

  private func inPlane(_ x: borrowing Configurations) -> Configurations {
    if axes == 3 { return copy x }
    var q = Configurations(count: x.count, dimension: coordinateCount)
    for sample in 0..<x.count {
      for c in 0..<coordinateCount { q[sample, c] = x[sample, c / axes * 3 + c % axes] }
    }
    return q
  }

  public func forwardAndLogDet(_ q: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    var x = inSpace(q)
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
    var result = inPlane(gradient)
    for (sample, isMirrored) in isMirrored(q).enumerated() where isMirrored {
      for c in 0..<coordinateCount { result[sample, c].negate() }
    }
    return result
  }
}
