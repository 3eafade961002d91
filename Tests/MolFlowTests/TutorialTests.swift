import Energies
import Estimators
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Testing

@testable import Sampling

// The examples of docs/tutorial-developer.md, word for word; change both or neither.

// MARK: Your own bijector

/// x = z √(1 + c z²) with a trained c > 0 for each variable: near the identity in the middle, tails that grow as z² far out.
///
/// With s = c z²: log |dx/dz| = log(1 + 2s) − ½ log(1 + s). x² = z² + c z⁴ is a quadratic equation for z², whose solution
/// z = x √(2/(1 + √(1 + 4c x²))) takes no difference of large numbers.
public struct TailStretch: Bijector {
  public let dimension: Int
  private let raw: Parameter

  public init(_ name: String, dimension: Int, in builder: inout ParameterBuilder) {
    self.dimension = dimension
    raw = builder.scope(name) { builder in builder.constant("raw", rows: dimension, value: -3) }
  }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    let s = stretch(on: z.tape) * z.squared()
    return Transformed(z * (s + 1).squareRoot(), logDet: logDet(s))
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    let c = stretch(on: x.tape)
    let root = (4 * (c * x.squared()) + 1).squareRoot()
    let z = x * (2 * (root + 1).reciprocal()).squareRoot()
    return Transformed(z, logDet: -logDet(c * z.squared()))
  }

  /// c = ln(1 + e^raw), one for each variable.
  private func stretch(on tape: Tape) -> Variable { tape.variable(raw).applying(.softplus) }

  private func logDet(_ s: Variable) -> LogDensity {
    LogDensity((2 * s + 1).log()) + LogDensity((s + 1).log(), scale: -0.5)
  }
}

// MARK: Your own energy

/// A wedge with a round bottom along every coordinate, u = Σ [(a + b) ln(1 + e^xᵢ) − a xᵢ]: it rises with slope a to the left and
/// with slope b to the right.
///
/// Each coordinate is distributed as the logarithm of the ratio of two gamma variables of shapes a and b. For whole numbers
/// ln Γ, ψ and ψ′ are finite sums: ln Z = ln Γ(a) + ln Γ(b) − ln Γ(a + b), the mean is ψ(a) − ψ(b), the variance ψ′(a) + ψ′(b).
///
/// Source: Johnson, Kotz, Balakrishnan 1995, "Continuous univariate distributions", volume 2, chapter 23 (generalized logistic
/// distributions of type IV).
public struct SoftWedge: ExactlySampledModel {
  public static let name = "soft_wedge"
  public let dimension: Int
  /// a
  public let left: Int
  /// b
  public let right: Int

  public init(dimension: Int = 1, left: Int = 1, right: Int = 3) {
    precondition(dimension > 0 && left > 0 && right > 0)
    self.dimension = dimension
    self.left = left
    self.right = right
  }

  public func reducedPotential(
    at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?
  ) -> Double {
    let (a, b) = (Double(left), Double(right))
    var sum = 0.0
    for i in 0..<dimension {
      // ln(1 + e^x) as max(x, 0) + ln(1 + e^−|x|): nothing overflows far out.
      let slope = x[i] > 0 ? b : -a
      sum += slope * x[i] + (a + b) * log1p(exp(-abs(x[i])))
      force?[i] = a - (a + b) / (1 + exp(-x[i]))
    }
    return sum
  }

  public var logPartitionFunction: Double? {
    Double(dimension) * (Self.logGamma(left) + Self.logGamma(right) - Self.logGamma(left + right))
  }

  public var coordinateMoments: CoordinateMoments? {
    // ψ(n) = −γ + Σ_{k < n} 1/k and ψ′(n) = π²/6 − Σ_{k < n} 1/k².
    func sum(below n: Int, power: Double) -> Double { (1..<n).reduce(0.0) { $0 + pow(Double($1), -power) } }
    let mean = sum(below: left, power: 1) - sum(below: right, power: 1)
    let variance = Double.pi * Double.pi / 3 - sum(below: left, power: 2) - sum(below: right, power: 2)
    return CoordinateMoments(
      means: [Double](repeating: mean, count: dimension), variances: [Double](repeating: variance, count: dimension))
  }

  public func exactSamples(_ count: Int, using random: inout RandomStream) -> Configurations {
    var x = Configurations(count: count, dimension: dimension)
    for i in x.coordinates.indices {
      var (above, below) = (0.0, 0.0)
      for _ in 0..<left { above += random.exponential() }
      for _ in 0..<right { below += random.exponential() }
      x.coordinates[i] = log(above / below)
    }
    return x
  }

  private static func logGamma(_ n: Int) -> Double { (1..<n).reduce(0.0) { $0 + log(Double($1)) } }
}

// MARK: Your own kernel

/// Random-walk Metropolis with steps of many lengths: y = x + s e^{λξ} η, accepted with min(1, e^{u(x) − u(y)}).
///
/// ξ is one standard normal number for each walker and step, η one for each coordinate. The length does not depend on where the
/// walker is, so moves are as likely backwards as forwards, and one s serves narrow wells and wide ones.
///
/// Source: Metropolis, Rosenbluth, Rosenbluth, Teller, Teller 1953, doi:10.1063/1.1699114.
public struct MultiscaleWalk: Kernel {
  public static let name = "multiscale-walk"
  public static let isMetropolised = true
  public static let usesGradient = false
  public var velocityVariances: [Double]? { nil }
  public var evaluationsPerStep: Int { 1 }
  /// s, in units of x.
  public var stepSize: Double
  /// λ
  public var spread: Double

  public init(stepSize: Double, spread: Double) {
    precondition(stepSize > 0 && spread >= 0)
    self.stepSize = stepSize
    self.spread = spread
  }

  public func step(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Transition {
    let noise = StepNoise(random)
    // The step's noise comes from children 0 and 1, fresh velocities of path steps from child 2.
    let lengths = random.child(3)
    var y = Configurations(count: walkers.count, dimension: walkers.dimension)
    noise.fill(&y.coordinates, walkers: walkers)
    for w in 0..<walkers.count {
      var stream = lengths.child(walkers.first + w)
      let length = stepSize * exp(spread * stream.normal())
      for i in walkers.row(w) { y.coordinates[i] = walkers.x.coordinates[i] + length * y.coordinates[i] }
    }
    // Energies are not asked of walkers that left the range of numbers: there u = +∞.
    let lost = (0..<walkers.count).filter { !y.isInRange($0) }
    for w in lost { y.coordinates.replaceSubrange(walkers.row(w), with: walkers.x.coordinates[walkers.row(w)]) }
    var potentials = try target.reducedPotentials(of: y)
    for w in lost { potentials[w] = .infinity }
    var acceptance = [Double](repeating: 0, count: walkers.count)
    for w in 0..<walkers.count {
      let logRatio = walkers.reducedPotentials[w] - potentials[w]
      acceptance[w] = MetropolisDecision.probability(logRatio)
      if MetropolisDecision.accepts(logRatio, logUniform: noise.logUniform(walker: walkers.first + w)) {
        walkers.take(w, x: y, potential: potentials[w], gradient: nil)
      }
    }
    return Transition(acceptance: acceptance)
  }

  public func pathStep(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> PathTransition {
    try reversiblePathStep(&walkers, target: target, using: random)
  }
}

// MARK: What they must do

@Suite struct TutorialTests {
  static let bijector = BijectorCase(name: "tail stretch") { TailStretch("t", dimension: 3, in: &$0) }

  static func zScore(_ values: [Double], expected: Double) throws -> Double {
    let weights = try LogWeights([Double](repeating: 0, count: values.count))
    let mean = try WeightedMean(of: values, weights: weights)
    return (mean.value - expected) / mean.standardError!
  }

  @Test("The bijector has an inverse, and its log-determinant is that of finite differences")
  func bijectorIsADiffeomorphism() {
    let trial = BijectorTests.Trial(Self.bijector)
    let (x, logDet) = trial.forward()
    let (z, inverseLogDet) = trial.inverse(x)
    #expect(zip(x, trial.latents).contains { abs($0 - $1) > 0.01 }, "the map is not the identity")
    for (a, b) in zip(z, trial.latents) { #expect(abs(a - b) < 1e-9, "\(a) and \(b)") }
    for (a, b) in zip(logDet, inverseLogDet) { #expect(abs(a + b) < 1e-9, "\(a) and \(b)") }
    let numerical = BijectorTests.numericalLogDet(trial, at: trial.latents) { trial.forward(latents: $0).x }
    for (a, b) in zip(logDet, numerical) { #expect(abs(a - b) < 1e-7, "\(a) and \(b)") }
  }

  @Test("Derivatives of the bijector are those of finite differences, both ways", arguments: [false, true])
  func bijectorCanBeTrained(inverse: Bool) {
    BijectorTests().gradients(Self.bijector, inverse: inverse)
  }

  @Test("Forces are minus the central differences of the energy")
  func forces() throws {
    let model = SoftWedge(dimension: 2)
    var random = RandomStream(seed: 7)
    let x = model.exactSamples(50, using: &random)
    var forces = Configurations(count: x.count, dimension: x.dimension)
    let energies = try model.energies(of: x, forces: &forces)
    #expect(try model.energies(of: x) == energies)
    let h = 1e-5
    for i in 0..<x.dimension {
      var (above, below) = (x, x)
      for sample in 0..<x.count {
        above[sample, i] += h
        below[sample, i] -= h
      }
      let (up, down) = (try model.energies(of: above), try model.energies(of: below))
      for sample in 0..<x.count {
        let slope = (up[sample] - down[sample]) / (2 * h)
        #expect(abs(forces[sample, i] + slope) < 1e-8, "\(forces[sample, i]), expected \(-slope)")
      }
    }
  }

  @Test("The energy's answers are those of quadrature and of its own samples")
  func answers() throws {
    let model = SoftWedge()
    let h = 0.005
    let grid = Array(stride(from: -60.0, through: 30, by: h))
    let u = try model.energies(of: Configurations(count: grid.count, dimension: 1, coordinates: grid))
    let integral = h * u.reduce(0.0) { $0 + exp(-$1) }
    #expect(abs(log(integral) - model.logPartitionFunction!) < 1e-9)
    var random = RandomStream(seed: 11)
    let x = model.exactSamples(20_000, using: &random).coordinates
    let (mean, variance) = (model.coordinateMoments!.means[0], model.coordinateMoments!.variances[0])
    let ofMean = try Self.zScore(x, expected: mean)
    let ofVariance = try Self.zScore(x.map { ($0 - mean) * ($0 - mean) }, expected: variance)
    #expect(abs(ofMean) < 5 && abs(ofVariance) < 5, "z of the mean \(ofMean), of the variance \(ofVariance)")
  }

  /// P(x > 0) = (½)³, the mean −1.5, the variance π²/3 − 1.25, the third central moment −2.25. For another
  /// seed one of the eight |z| is beyond 5 with a probability of 5·10⁻⁶.
  @Test("The kernel leaves an asymmetric density as it is, and leads to it", arguments: [15, 200])
  func kernelIsInvariant(steps: Int) throws {
    let model = SoftWedge()
    let target = BoltzmannDensity(model, state: ThermodynamicState(temperature: 1 / Units.gasConstant))
    let kernel = MultiscaleWalk(stepSize: 0.8, spread: 1)
    var random = RandomStream(seed: 21)
    // Few steps from exact samples; many from one place.
    let start =
      steps < 100
      ? model.exactSamples(20_000, using: &random)
      : Configurations(count: 4000, dimension: 1, coordinates: [Double](repeating: 2, count: 4000))
    var walkers = try kernel.start(at: start, target: target, using: random.child(-1))
    var acceptance = 0.0
    for step in 0..<steps {
      let transition = try kernel.step(&walkers, target: target, using: random.child(step))
      acceptance += transition.acceptance.reduce(0, +) / Double(start.count * steps)
    }
    #expect(acceptance > 0.3 && acceptance < 0.95, "\(acceptance)")
    let x = walkers.x.coordinates
    let deviations = x.map { $0 + 1.5 }
    let variance = Double.pi * Double.pi / 3 - 1.25
    let observables: [(values: [Double], average: Double)] = [
      (x.map { $0 > 0 ? 1.0 : 0.0 }, 0.125), (deviations, 0), (deviations.map { $0 * $0 }, variance),
      (deviations.map { $0 * $0 * $0 }, -2.25),
    ]
    for (number, observable) in observables.enumerated() {
      let z = try Self.zScore(observable.values, expected: observable.average)
      #expect(abs(z) < 5, "observable \(number): z = \(z)")
    }
    // A path step reports u(y) − u(x), which is what the weight of a path needs of a kernel in detailed balance.
    let before = walkers.reducedPotentials
    let ratios = try kernel.pathStep(&walkers, target: target, using: random.child(steps)).logPathRatios
    for w in 0..<walkers.count { #expect(ratios[w] == walkers.reducedPotentials[w] - before[w]) }
  }
}
