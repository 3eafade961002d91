import Energies
import Foundation
import NeuralNetworks

/// Functions of the distance d of each pair that a field's networks read: Gaussians all along the way, and
/// tanh((d − m(t))/(a s(t))) around the distance m(t) ± s(t) that pairs of that class have at time t.
///
/// On a straight path from a latent pair, whose difference has deviation s₀ along each axis, to a pair at distance μ ± σ,
/// m² = t²μ² + (axes − 1)(1−t)²s₀² (what is across the pair adds in quadrature) and s² = t²σ² + (1−t)²s₀², with axes · s₀² = μ² + σ². So a bond
/// can be told to be right to a picometre where t = 1, and as far as it can be known before. μ and σ are those of frames: steps of
/// training are no smaller than a bond's σ.
struct RadialFeatures: Sendable {
  private static let saturations = [1.0, 4, 16]
  static let stepCount = saturations.count
  let gaussians: Int
  private let centers: ConstantMatrix
  private let width: Double
  /// μ² and σ² of each pair.
  private let mean: ConstantMatrix
  private let variance: ConstantMatrix

  var count: Int { gaussians + Self.saturations.count }

  /// - Parameters:
  ///   - longest: distance where the Gaussians end.
  ///   - statistics: mean and deviation of the distances of each class of pairs; of the unit of length unless given.
  init(
    gaussians: Int, longest: Double, classes: PairClasses, statistics: [(mean: Double, deviation: Double)]?
  ) {
    self.gaussians = gaussians
    width = longest / Double(gaussians)
    centers = ConstantMatrix(
      (0..<gaussians).map { (Double($0) + 0.5) * longest / Double(gaussians) }, rows: gaussians, columns: 1)
    let known = classes.ofPairs.map { statistics?[$0] ?? (mean: 1, deviation: 1) }
    mean = ConstantMatrix(known.map { $0.mean * $0.mean }, rows: 1, columns: known.count)
    variance = ConstantMatrix(known.map { $0.deviation * $0.deviation }, rows: 1, columns: known.count)
  }

  struct Values {
    /// Gaussians and steps, and steps alone.
    var all: Variable
    var steps: Variable
    /// (1−t)s₀/s(t): how the velocity along a pair that a harmonic bond wants, (1−t)s₀²/s² (m − d), grows with (m − d)/s.
    var amplitude: Variable
    /// Derivatives by the distance, where wanted.
    var slopes: Variable?
    var slopesOfSteps: Variable?
  }

  /// Features of distances `[1][pairs × samples]` at times `[1][samples]`, and their derivatives where wanted.
  func callAsFunction(_ d: Variable, times: Variable, axes: Int, wantsSlopes: Bool) -> Values {
    let tape = d.tape
    let centers = tape.variable(centers)
    let z = tape.combine(1 / width, d, -1 / width, centers)
    let bells = (-0.5 * z.squared()).exp()
    // [1][pairs], one column for all samples of a pair.
    let mean = tape.variable(mean)
    let variance = tape.variable(variance)
    let start = (1 / Double(axes)) * (mean + variance)
    let left = (1 - times).tilingColumns(d.columns / times.columns)
    let early = left.squared()
    let late = times.squared().tilingColumns(d.columns / times.columns)
    let center = (late * mean + early * (Double(axes - 1) * start) + Self.smallest).squareRoot()
    let inverse = (late * variance + early * start + Self.smallest).squareRoot().reciprocal()
    let scales = tape.variable(Self.saturations.map { 1 / $0 }, rows: Self.saturations.count, columns: 1)
    let steps = (scales * ((d - center) * inverse)).tanh()
    let values = bells.stacked(with: steps)
    let amplitude = left * (start.squareRoot() * inverse)
    guard wantsSlopes else { return Values(all: values, steps: steps, amplitude: amplitude) }
    let slopeOfBells = (-1 / width) * (z * bells)
    let slopeOfSteps = (1 - steps.squared()) * (scales * inverse)
    return Values(
      all: values, steps: steps, amplitude: amplitude, slopes: slopeOfBells.stacked(with: slopeOfSteps),
      slopesOfSteps: slopeOfSteps)
  }

  private static let smallest = 1e-8
}
