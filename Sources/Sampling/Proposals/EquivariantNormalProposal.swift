import Energies
import Estimators
import Foundation
import Randomness

/// The normal density of N atoms in space, or in the plane, mean-free and the same for all rotations, that has given covariances between atoms:
/// log q = −½ Σ_axis xᵀ S⁺ x − (d/2) Σₘ ln(2π λₘ), with λ the N − 1 eigenvalues of S above zero.
///
/// Every axis has the covariance S `[N][N]`, whose rows sum to 0. It is the likeliest normal density with the symmetries of space for
/// configurations in d dimensions with mean-free (1/d)⟨xᵢ·xⱼ⟩ = Sᵢⱼ, and keeps their mean squared distances. With S = σ²(1 − 1/N) it is
/// `MeanFreeNormalProposal`; normalisation and measure are those of that density.
public struct EquivariantNormalProposal: DifferentiableProposal {
  public let atoms: Int
  /// d
  public let axes: Int
  /// √λₘ
  private let deviations: [Double]
  /// Eigenvectors, `[N − 1][N]`.
  private let vectors: [[Double]]

  /// - Parameter covariance: S, row-major; nil where its rank is not N − 1.
  public init?(covariance: [Double], atoms: Int, axes: Int = 3) {
    precondition(covariance.count == atoms * atoms && atoms > 1)
    guard let (values, vectors) = SymmetricMatrix(order: atoms, elements: covariance).eigensystem() else { return nil }
    // The lowest belongs to the mean.
    guard values[1] > 1e-9 * values[atoms - 1], abs(values[0]) < 1e-6 * values[atoms - 1] else { return nil }
    (self.atoms, self.axes) = (atoms, axes)
    deviations = values.dropFirst().map { $0.squareRoot() }
    self.vectors = (1..<atoms).map { Array(vectors[$0 * atoms..<($0 + 1) * atoms]) }
  }

  public var dimension: Int { axes * atoms }

  public func draw(_ range: Range<Int>, from random: RandomStream) -> (x: Configurations, logQ: [Double]) {
    var x = Configurations(count: range.count, dimension: dimension)
    for (sample, index) in range.enumerated() {
      var stream = random.child(index)
      for (deviation, vector) in zip(deviations, vectors) {
        for axis in 0..<axes {
          let amplitude = deviation * stream.normal()
          for atom in 0..<atoms { x[sample, axes * atom + axis] += amplitude * vector[atom] }
        }
      }
    }
    return (x, logDensities(of: x))
  }

  public func logDensities(of x: borrowing Configurations) -> [Double] {
    var unused = Configurations(count: 0, dimension: 1)
    return evaluate(x, gradient: &unused, wantsGradient: false)
  }

  public func logDensities(of x: borrowing Configurations, gradient: inout Configurations) -> [Double] {
    gradient = Configurations(count: x.count, dimension: dimension)
    return evaluate(x, gradient: &gradient, wantsGradient: true)
  }

  private func evaluate(
    _ x: borrowing Configurations, gradient: inout Configurations, wantsGradient: Bool
  ) -> [Double] {
    let logNormaliser = Double(axes) * deviations.reduce(0) { $0 + log($1) + 0.5 * log(2 * Double.pi) }
    var logQ = [Double](repeating: -logNormaliser, count: x.count)
    for sample in 0..<x.count {
      for (deviation, vector) in zip(deviations, vectors) {
        for axis in 0..<axes {
          // Eigenvectors but the first are mean-free: a mean position adds nothing.
          let amplitude = (0..<atoms).reduce(0) { $0 + x[sample, axes * $1 + axis] * vector[$1] } / deviation
          logQ[sample] -= 0.5 * amplitude * amplitude
          if wantsGradient {
            for atom in 0..<atoms { gradient[sample, axes * atom + axis] -= amplitude / deviation * vector[atom] }
          }
        }
      }
    }
    return logQ
  }
}
