import Energies
import Foundation
import NeuralNetworks

/// Functions of the distance d of each pair that a field's networks read: Gaussians all along the way, and
/// tanh((d − μ)/(a σ)) around the distance μ ± σ that pairs of that class have at equilibrium.
///
/// The latter tell a bond that is right to a picometre from one that is not; μ and σ begin as those of frames and are trained.
struct RadialFeatures: Sendable {
  private static let saturations = [1.0, 4, 16]
  let gaussians: Int
  private let centers: ConstantMatrix
  private let width: Double
  private let mean: Parameter
  private let logDeviation: Parameter
  private let classes: ConstantMatrix

  var count: Int { gaussians + Self.saturations.count }

  /// - Parameters:
  ///   - longest: distance where the Gaussians end.
  ///   - statistics: mean and deviation of the distances of each class of pairs; of the unit of length unless given.
  init(
    gaussians: Int, longest: Double, classes: PairClasses, statistics: [(mean: Double, deviation: Double)]?,
    in builder: inout ParameterBuilder
  ) {
    self.gaussians = gaussians
    width = longest / Double(gaussians)
    centers = ConstantMatrix(
      (0..<gaussians).map { (Double($0) + 0.5) * longest / Double(gaussians) }, rows: gaussians, columns: 1)
    let count = classes.pairClassCount
    mean = builder.values(
      "distance_mean", rows: 1, columns: count, (0..<count).map { Float(statistics?[$0].mean ?? 1) })
    logDeviation = builder.values(
      "distance_log_deviation", rows: 1, columns: count,
      (0..<count).map { Float(log(statistics?[$0].deviation ?? 1)) })
    self.classes = PairClasses.indicators(classes.ofPairs, count: count)
  }

  /// Features of distances `[1][pairs × samples]`, and their derivatives where wanted.
  func callAsFunction(_ d: Variable, wantsSlopes: Bool) -> (values: Variable, slopes: Variable?) {
    let tape = d.tape
    let centers = tape.variable(centers)
    let z = tape.combine(1 / width, d, -1 / width, centers)
    let bells = (-0.5 * z.squared()).exp()
    // [1][pairs], one column for all samples of a pair.
    let mean = tape.variable(mean).times(tape.variable(classes))
    let inverse = (-tape.variable(logDeviation).times(tape.variable(classes))).exp()
    let scales = tape.variable(Self.saturations.map { 1 / $0 }, rows: Self.saturations.count, columns: 1)
    let steps = (scales * ((d - mean) * inverse)).tanh()
    let values = bells.stacked(with: steps)
    guard wantsSlopes else { return (values, nil) }
    let slopeOfBells = (-1 / width) * (z * bells)
    let slopeOfSteps = (1 - steps.squared()) * (scales * (tape.constant(1, rows: 1, columns: d.columns) * inverse))
    return (values, slopeOfBells.stacked(with: slopeOfSteps))
  }
}
