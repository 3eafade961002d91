import Energies
import Estimators
import Foundation
import Sampling

/// A model's own density exp(−u): kT = 1 in the units of model systems.
func density<Model: ModelSystem>(of model: Model) -> BoltzmannDensity<Model> {
  BoltzmannDensity(model, state: .unit)
}

extension ThermodynamicState {
  static let unit = ThermodynamicState(temperature: 1 / Units.gasConstant)
}

/// The gamma density x² exp(−2x) on x > 0, and nothing elsewhere: Z = ¼, mean 3/2, variance ¾.
struct GammaDensity: TargetDensity {
  let dimension = 1

  func reducedPotentials(of x: borrowing Configurations) -> [Double] {
    (0..<x.count).map { x[$0, 0] > 0 ? 2 * x[$0, 0] - 2 * log(x[$0, 0]) : .infinity }
  }

  func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) -> [Double] {
    gradient = Configurations(count: x.count, dimension: 1)
    for i in 0..<x.count { gradient[i, 0] = x[i, 0] > 0 ? 2 - 2 / x[i, 0] : .nan }
    return reducedPotentials(of: x)
  }

  static let logPartitionFunction = log(0.25)
}

/// (mean − expected)/standard error of independent numbers.
func zScore(_ values: [Double], expected: Double) -> Double {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n * (n - 1))
  return (mean - expected) / variance.squareRoot()
}

extension AnnealedEstimate {
  /// (value − expected)/error; infinite without an error.
  func zScore(_ expected: Double) -> Double { standardError.map { (value - expected) / $0 } ?? .infinity }
}

/// Every scheme, for checks that all of them must pass.
enum Schemes {
  static let all: [any Resampling] = [SystematicResampling(), MultinomialResampling()]
}
