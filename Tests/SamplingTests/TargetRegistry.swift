import Energies
import Foundation
import Randomness
import Sampling
import Testing

/// A function of one configuration with its exact average.
struct Observable: Sendable {
  let name: String
  let average: Double
  let value: @Sendable (ArraySlice<Double>) -> Double

  /// f of every walker.
  func values(_ x: Configurations) -> [Double] {
    (0..<x.count).map { value(x.coordinates[$0 * x.dimension..<($0 + 1) * x.dimension]) }
  }
}

/// A density that can be sampled exactly, with averages known exactly. All are wide enough for the registered kernels'
/// steps, have barriers of at most 3 kT and no symmetry x → −x.
struct TargetCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let density: any TargetDensity
  let logPartitionFunction: Double
  /// Mean, second and third central moment of each coordinate and the probability of x₀ > divide.
  let observables: [Observable]
  let sample: @Sendable (Int, RandomStream) -> Configurations

  static let all: [TargetCase] = [harmonic, doubleWell(tilt: 0.4), mixture, skewed]
  /// Infinite energies within reach of every step; kernels must be Metropolised.
  static let wall = TargetCase(
    "hard wall", HardWallDensity(dimension: 2), mean: [(2 / Double.pi).squareRoot(), 0],
    variance: [1 - 2 / Double.pi, 1], third: [(2 / Double.pi).squareRoot() * (4 / Double.pi - 1), 0], divide: 1,
    above: erfc(0.5.squareRoot()))

  static let harmonic = harmonic(mean: [0.5, -1, 2], stiffness: [1, 4, 9])

  static func harmonic(mean: [Double], stiffness: [Double]) -> TargetCase {
    TargetCase(
      "harmonic \(stiffness)", HarmonicOscillator(stiffness: stiffness, mean: mean), mean: mean,
      variance: stiffness.map { 1 / $0 }, third: mean.map { _ in 0 }, divide: mean[0] + 0.3,
      above: normalTail(0.3 * stiffness[0].squareRoot()))
  }

  /// A barrier of 2.2 kT between x₀ = −1.8 and 1.7.
  static func doubleWell(tilt: Double, dimension: Int = 2) -> TargetCase {
    let model = AsymmetricDoubleWell(dimension: dimension, a: 1, b: 3, c: tilt, d: 2)
    let moments = model.coordinateMoments!
    let ratio = exp(-model.freeEnergyDifference())
    return TargetCase(
      "double well of tilt \(tilt)", model, mean: moments.means, variance: moments.variances,
      third: (0..<dimension).map { $0 == 0 ? centralMoment(3, of: model.well, mean: moments.means[0]) : 0 }, divide: 0,
      above: ratio / (1 + ratio))
  }

  static let mixture: TargetCase = {
    let means = [[0, 0], [2, 0.5], [0.3, 2.2]]
    let model = GaussianMixture(means: means, standardDeviation: 0.55)
    let moments = model.coordinateMoments!
    return TargetCase(
      "mixture of Gaussians", model, mean: moments.means, variance: moments.variances,
      third: (0..<2).map { i in
        means.reduce(0) { sum, mean in
          let d = mean[i] - moments.means[i]
          return sum + (d * d * d + 3 * d * 0.55 * 0.55) / 3
        }
      }, divide: 1, above: means.reduce(0) { $0 + normalTail((1 - $1[0]) / 0.55) / 3 })
  }()

  /// P(x > c) = e^{−eᶜ} (1 + eᶜ)
  static let skewed = TargetCase(
    "log-gamma", LogGammaDensity(shape: 2), mean: [1 - 0.577_215_664_901_532_9],
    variance: [Double.pi * Double.pi / 6 - 1], third: [2 - 2 * 1.202_056_903_159_594_3], divide: -0.5,
    above: exp(-exp(-0.5)) * (1 + exp(-0.5)))

  private static func normalTail(_ x: Double) -> Double { 0.5 * erfc(x / 2.0.squareRoot()) }

  /// By the trapezoidal rule over ±8, beyond which exp(−v) is below 10⁻³⁰⁰.
  private static func centralMoment(_ power: Int, of well: QuarticWell, mean: Double) -> Double {
    var zeroth = 0.0, sum = 0.0
    for x in stride(from: -8.0, through: 8, by: 0.004) {
      let density = exp(-well.value(x))
      zeroth += density
      sum += density * pow(x - mean, Double(power))
    }
    return sum / zeroth
  }

  init<Model: ExactlySampledModel>(
    _ description: String, _ model: Model, mean: [Double], variance: [Double], third: [Double], divide: Double,
    above: Double
  ) {
    testDescription = description
    density = ModelDensity(model: model)
    logPartitionFunction = model.logPartitionFunction!
    sample = { count, random in
      var random = random
      return model.exactSamples(count, using: &random)
    }
    var observables = [
      Observable(name: "P(x₀ > \(divide))", average: above) { $0[$0.startIndex] > divide ? 1 : 0 }
    ]
    for i in mean.indices {
      let center = mean[i]
      for (power, average) in [0, variance[i], third[i]].enumerated() {
        observables.append(
          Observable(name: "⟨(x − μ)^\(power + 1)⟩ of coordinate \(i)", average: average) {
            let d = $0[$0.startIndex + i] - center
            return power == 0 ? d : power == 1 ? d * d : d * d * d
          })
      }
    }
    self.observables = observables
  }
}

@Suite struct TargetRegistryTests {
  /// 13 × 4 z-scores beyond 5 with probability 3·10⁻⁵ in all.
  @Test("Exact samples have the exact averages", arguments: TargetCase.all + [.wall, .doubleWell(tilt: -1)])
  func exactAverages(_ target: TargetCase) {
    let x = target.sample(100_000, RandomStream(seed: 901))
    for observable in target.observables {
      let z = ZScore(observable.values(x), expected: observable.average)
      #expect(abs(z.value) < 5, "\(observable.name): \(z)")
    }
  }
}
