import Energies
import Foundation
import Randomness

/// Independent normal coordinates: log q = −½ Σᵢ ((xᵢ − μᵢ)/σᵢ)² − Σᵢ ln(√(2π) σᵢ).
public struct NormalProposal: DifferentiableProposal {
  /// μᵢ
  public let means: [Double]
  /// σᵢ, in units of x.
  public let widths: [Double]

  public init(means: [Double], widths: [Double]) {
    precondition(means.count == widths.count && !means.isEmpty, "one mean and one width for each coordinate")
    precondition(widths.allSatisfy { $0 > 0 && $0.isFinite }, "widths must be positive and finite")
    self.means = means
    self.widths = widths
  }

  /// The same mean and width along every coordinate.
  public init(dimension: Int, mean: Double = 0, width: Double = 1) {
    self.init(
      means: [Double](repeating: mean, count: dimension), widths: [Double](repeating: width, count: dimension))
  }

  public var dimension: Int { means.count }

  private var logNormaliser: Double {
    widths.reduce(0.5 * Double(dimension) * log(2 * Double.pi)) { $0 + log($1) }
  }

  public func draw(_ range: Range<Int>, from random: RandomStream) -> (x: Configurations, logQ: [Double]) {
    var x = Configurations(count: range.count, dimension: dimension)
    var logQ = [Double](repeating: -logNormaliser, count: range.count)
    for (sample, index) in range.enumerated() {
      var stream = random.child(index)
      for i in means.indices {
        let normal = stream.normal()
        logQ[sample] -= 0.5 * normal * normal
        x[sample, i] = means[i] + widths[i] * normal
      }
    }
    return (x, logQ)
  }

  public func logDensities(of x: borrowing Configurations) -> [Double] {
    precondition(x.dimension == dimension)
    let logNormaliser = logNormaliser
    var logQ = [Double](repeating: -logNormaliser, count: x.count)
    for sample in logQ.indices {
      for i in means.indices {
        let scaled = (x[sample, i] - means[i]) / widths[i]
        logQ[sample] -= 0.5 * scaled * scaled
      }
    }
    return logQ
  }

  public func logDensities(of x: borrowing Configurations, gradient: inout Configurations) -> [Double] {
    gradient = Configurations(count: x.count, dimension: dimension)
    for sample in 0..<x.count {
      for i in means.indices { gradient[sample, i] = (means[i] - x[sample, i]) / (widths[i] * widths[i]) }
    }
    return logDensities(of: x)
  }
}
