import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// A normalizing flow: latents of a base distribution, an architecture with its parameters that makes numbers of order one of
/// them, the scaling of these to coordinates of a chart, and the chart that makes configurations.
///
/// log p(q) = log p(z) + log |∂z/∂y| − Σ log width with q = center + width · y; the density of a configuration is that less
/// log J (see `CoordinateChart`).
public struct NormalizingFlow: Sendable {
  public let chart: any CoordinateChart
  public let coordinates: [FlowCoordinate]
  /// Density of latents, one for each coordinate of the chart, in their order.
  public let base: any DifferentiableProposal
  public let architecture: any FlowArchitecture
  public var parameters: ParameterStore
  /// Σ log width: log p(q) = log p(y) − this.
  public let logVolume: Double

  public init(
    chart: any CoordinateChart, coordinates: [FlowCoordinate], base: any DifferentiableProposal,
    architecture: any FlowArchitecture, parameters: ParameterStore
  ) {
    precondition(coordinates.count == chart.coordinateCount && base.dimension == coordinates.count)
    precondition(architecture.places.count == coordinates.count, "a place for each coordinate")
    (self.chart, self.coordinates, self.base) = (chart, coordinates, base)
    (self.architecture, self.parameters) = (architecture, parameters)
    logVolume = coordinates.reduce(0) { $0 + log($1.width) }
  }

  /// Coordinates of one sample.
  public var dimension: Int { coordinates.count }

  /// Numbers of a matrix of `samples` samples.
  public func matrixCount(_ samples: Int) -> Int { architecture.rows * architecture.tokens * samples }

  // MARK: Latents

  /// Latents of samples `range` of the sequence that `random` defines, as a matrix, and log p(z) of each.
  public func latents(
    _ range: Range<Int>, from random: RandomStream
  ) throws -> (values: [Double], logDensities: [Double]) {
    let (z, logDensities) = try base.draw(range, from: random)
    return (unscaledMatrix(z), logDensities)
  }

  /// log p(z) of a matrix of latents.
  public func logDensities(ofLatents values: [Double], samples: Int) throws -> [Double] {
    try base.logDensities(of: unscaledConfigurations(values, samples: samples))
  }

  /// log p(z) of a matrix of latents, and weightₛ ∂ log p(zₛ)/∂z with weights that may depend on it.
  func logDensitiesAndSeeds(
    ofLatents values: [Double], samples: Int, weights: ([Double]) -> [Double]
  ) throws -> (logDensities: [Double], weights: [Double], seeds: [Double]) {
    var gradient = Configurations(count: 0, dimension: 1)
    let logDensities = try base.logDensities(
      of: unscaledConfigurations(values, samples: samples), gradient: &gradient)
    let weights = weights(logDensities)
    for sample in 0..<samples {
      for coordinate in coordinates.indices { gradient[sample, coordinate] *= weights[sample] }
    }
    return (logDensities, weights, unscaledMatrix(gradient))
  }

  // MARK: Matrices

  private func index(_ coordinate: FlowCoordinate, sample: Int, samples: Int) -> Int {
    (coordinate.place.row * architecture.tokens + coordinate.place.token) * samples + sample
  }

  private func matrix(
    _ x: borrowing Configurations, _ number: (_ value: Double, _ coordinate: FlowCoordinate) -> Double
  ) -> [Double] {
    precondition(x.dimension == dimension)
    var values = [Double](repeating: 0, count: matrixCount(x.count))
    for (place, coordinate) in coordinates.enumerated() {
      for sample in 0..<x.count {
        values[index(coordinate, sample: sample, samples: x.count)] = number(x[sample, place], coordinate)
      }
    }
    return values
  }

  private func configurations(
    ofMatrix values: [Double], samples: Int, _ number: (_ value: Double, _ coordinate: FlowCoordinate) -> Double
  ) -> Configurations {
    var result = Configurations(count: samples, dimension: dimension)
    for (place, coordinate) in coordinates.enumerated() {
      for sample in 0..<samples {
        result[sample, place] = number(values[index(coordinate, sample: sample, samples: samples)], coordinate)
      }
    }
    return result
  }

  /// The matrix of scaled numbers, one for each coordinate, as they are.
  public func scaledMatrix(_ y: borrowing Configurations) -> [Double] { unscaledMatrix(y) }

  /// The matrix of numbers as they are.
  func unscaledMatrix(_ y: borrowing Configurations) -> [Double] { matrix(y) { value, _ in value } }

  /// The numbers of a matrix as they are, one for each coordinate.
  func unscaledConfigurations(_ values: [Double], samples: Int) -> Configurations {
    configurations(ofMatrix: values, samples: samples) { value, _ in value }
  }

  /// The matrix of scaled coordinates.
  public func matrix(_ q: borrowing Configurations) -> [Double] {
    matrix(q) { value, coordinate in
      let deviation = value - coordinate.center
      return (coordinate.isPeriodic ? remainder(deviation, 2 * Double.pi) : deviation) / coordinate.width
    }
  }

  /// Scaled coordinates of configurations, `[count][dimension]`: what a base may be fitted to.
  public func scaledCoordinates(of x: borrowing Configurations) -> Configurations {
    let q = chart.inverseAndLogDet(x).value
    return unscaledConfigurations(matrix(q), samples: q.count)
  }

  /// Coordinates whose scaled numbers are angles on the whole circle.
  public var circularLatents: Set<Int> {
    Set(coordinates.indices.filter { coordinates[$0].isWholeCircle })
  }

  /// Coordinates of a matrix. A coordinate that is not possible makes all of the sample NaN.
  public func chartCoordinates(_ values: [Double], samples: Int) -> Configurations {
    var q = configurations(ofMatrix: values, samples: samples) { value, coordinate in
      let deviation = coordinate.width * value
      let number = coordinate.center + deviation
      guard coordinate.isPeriodic else { return number }
      // Half a turn and more from the center would be another deviation of less, which the density does not count.
      if !coordinate.isWholeCircle, abs(deviation) >= Double.pi { return .nan }
      return remainder(number, 2 * Double.pi)
    }
    for (place, coordinate) in coordinates.enumerated() {
      for sample in 0..<samples {
        let number = q[sample, place]
        // Limits are excluded.
        if let possible = coordinate.possible {
          if number > possible.lowerBound, number < possible.upperBound { continue }
        } else if !coordinate.isPeriodic || !number.isNaN {
          continue
        }
        for other in coordinates.indices { q[sample, other] = .nan }
      }
    }
    return q
  }

  /// Configurations of coordinates with log J. An impossible sample has all numbers 0, where every molecule's energy is
  /// infinite, and log J 0.
  func configurations(of q: borrowing Configurations) -> (x: Configurations, logJ: [Double]) {
    var (x, logJ) = chart.forwardAndLogDet(q)
    for sample in 0..<q.count where logJ[sample].isNaN || q[sample, 0].isNaN {
      for c in 0..<x.dimension { x[sample, c] = 0 }
      logJ[sample] = 0
    }
    return (x, logJ)
  }

  /// Derivatives with respect to the matrix from those with respect to coordinates.
  func matrixGradient(_ gradient: borrowing Configurations) -> [Double] {
    matrix(gradient) { value, coordinate in value * coordinate.width }
  }

  /// The matrix with zeros where no coordinate stands.
  func heldCoordinatesOnly(_ values: [Double], samples: Int) -> [Double] {
    var held = [Double](repeating: 0, count: values.count)
    for coordinate in coordinates {
      for sample in 0..<samples {
        let place = index(coordinate, sample: sample, samples: samples)
        held[place] = values[place]
      }
    }
    return held
  }
}

extension NormalizingFlow {
  /// A flow of one molecule's internal coordinates.
  ///
  /// - Parameter base: standard normal for bonds, angles and dihedrals between siblings, uniform on the circle for torsions,
  ///   unless given.
  public init(
    coordinates: InternalCoordinates, scaling: CoordinateScaling, architecture: any FlowArchitecture,
    base: (any DifferentiableProposal)? = nil, parameters: ParameterStore
  ) {
    precondition(scaling.rows.count == coordinates.zMatrix.rows.count)
    let ranges = scaling.coordinates
    precondition(architecture.places.count == ranges.count, "a place for each coordinate")
    let isFree = ranges.map { $0.range == nil }
    self.init(
      chart: coordinates,
      coordinates: zip(architecture.places, ranges).map { place, coordinate in
        FlowCoordinate(
          place: place, center: coordinate.range?.center ?? 0, width: coordinate.range?.width ?? 1,
          isPeriodic: coordinate.isDihedral, possible: coordinate.possible)
      },
      base: base ?? StandardLatents(isPeriodic: isFree), architecture: architecture, parameters: parameters)
  }
}
