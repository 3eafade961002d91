import Energies
import Foundation
import NeuralNetworks
import Randomness

/// A normalizing flow of one molecule's internal coordinates: latents, an architecture with its parameters, and the scaling
/// from its numbers to nm and rad.
///
/// log p(q) = log p(z) + log |∂z/∂y| − Σ log width, where z is standard normal for bonds, angles and dihedrals between
/// siblings, and uniform on the circle for torsions; the density of a configuration is that less log J (see
/// `InternalCoordinates`).
public struct MoleculeFlow: Sendable {
  public let coordinates: InternalCoordinates
  public let scaling: CoordinateScaling
  public let architecture: any FlowArchitecture
  public var parameters: ParameterStore
  private let slots: [Slot]

  /// One internal coordinate.
  private struct Slot: Sendable {
    var row: Int
    var token: Int
    var center: Double
    var width: Double
    /// An angle on the whole circle, with a uniform latent.
    var isFree: Bool
    /// Deviations are taken on the circle.
    var isDihedral: Bool
  }

  public init(
    coordinates: InternalCoordinates, scaling: CoordinateScaling, architecture: any FlowArchitecture,
    parameters: ParameterStore
  ) {
    precondition(scaling.rows.count == coordinates.zMatrix.rows.count)
    precondition(architecture.places.count == coordinates.zMatrix.coordinateCount, "a place for each coordinate")
    self.coordinates = coordinates
    self.scaling = scaling
    self.architecture = architecture
    self.parameters = parameters
    let kinds = scaling.rows.flatMap { row -> [(CoordinateScaling.Range?, Bool)] in
      var kinds: [(CoordinateScaling.Range?, Bool)] = [(row.bond, false)]
      if let angle = row.angle { kinds.append((angle, false)) }
      if let sibling = row.sibling { kinds.append((sibling, true)) }
      if row.isFree { kinds.append((nil, true)) }
      return kinds
    }
    slots = zip(architecture.places, kinds).map { place, kind in
      Slot(
        row: place.row, token: place.token, center: kind.0?.center ?? 0, width: kind.0?.width ?? 1,
        isFree: kind.0 == nil, isDihedral: kind.1)
    }
  }

  /// Internal coordinates of one sample.
  public var dimension: Int { slots.count }

  /// Numbers of a matrix of `samples` samples.
  public func matrixCount(_ samples: Int) -> Int { architecture.rows * architecture.tokens * samples }

  private func index(_ slot: Slot, sample: Int, samples: Int) -> Int {
    (slot.row * architecture.tokens + slot.token) * samples + sample
  }

  // MARK: Latents

  /// Latents of samples `range` of the sequence that `random` defines, and log p(z) of each.
  public func latents(_ range: Range<Int>, from random: RandomStream) -> (values: [Double], logDensities: [Double]) {
    var values = [Double](repeating: 0, count: matrixCount(range.count))
    var logDensities = [Double](repeating: 0, count: range.count)
    for sample in 0..<range.count {
      var stream = random.child(range.lowerBound + sample)
      for slot in slots {
        // The networks see single precision; the density must be that of the number they see.
        let z = Double(Float(slot.isFree ? 2 * Double.pi * stream.uniform() - Double.pi : stream.normal()))
        values[index(slot, sample: sample, samples: range.count)] = z
        logDensities[sample] += slot.isFree ? Self.logUniform : Self.logNormal(z)
      }
    }
    return (values, logDensities)
  }

  /// log p(z) of latents.
  public func logDensities(ofLatents values: [Double], samples: Int) -> [Double] {
    (0..<samples).map { sample in
      slots.reduce(0) { sum, slot in
        let z = values[index(slot, sample: sample, samples: samples)]
        return sum + (slot.isFree ? Self.logUniform : Self.logNormal(z))
      }
    }
  }

  /// Σ weightₛ ∂ log p(zₛ)/∂z.
  func latentSeeds(_ values: [Double], weights: [Double]) -> [Double] {
    var seeds = [Double](repeating: 0, count: values.count)
    for slot in slots where !slot.isFree {
      for (sample, weight) in weights.enumerated() {
        let place = index(slot, sample: sample, samples: weights.count)
        seeds[place] = -weight * values[place]
      }
    }
    return seeds
  }

  private static let logUniform = -log(2 * Double.pi)
  private static func logNormal(_ z: Double) -> Double { -0.5 * z * z - 0.5 * log(2 * Double.pi) }

  // MARK: Scaled coordinates

  /// The matrix of internal coordinates `range` of `q`.
  public func matrix(_ q: borrowing Configurations, _ range: Range<Int>) -> [Double] {
    precondition(q.dimension == dimension)
    var values = [Double](repeating: 0, count: matrixCount(range.count))
    for (coordinate, slot) in slots.enumerated() {
      for sample in 0..<range.count {
        var deviation = q[range.lowerBound + sample, coordinate] - slot.center
        if slot.isDihedral { deviation = remainder(deviation, 2 * Double.pi) }
        values[index(slot, sample: sample, samples: range.count)] = deviation / slot.width
      }
    }
    return values
  }

  /// Internal coordinates of a matrix. A bond that is not positive or an angle that is not between 0 and π makes all of the
  /// sample NaN.
  public func internalCoordinates(_ values: [Double], samples: Int) -> Configurations {
    var q = Configurations(count: samples, dimension: dimension)
    for sample in 0..<samples {
      var isPossible = true
      for (coordinate, slot) in slots.enumerated() {
        var value = slot.center + slot.width * values[index(slot, sample: sample, samples: samples)]
        if slot.isDihedral {
          value = remainder(value, 2 * Double.pi)
        } else {
          isPossible = isPossible && value > 0
        }
        q[sample, coordinate] = value
      }
      for row in scaling.rows.indices where scaling.rows[row].angle != nil {
        isPossible = isPossible && q[sample, ZMatrix.offset(ofRow: row) + 1] < Double.pi
      }
      if !isPossible {
        for coordinate in slots.indices { q[sample, coordinate] = .nan }
      }
    }
    return q
  }

  /// Derivatives with respect to the matrix from those with respect to internal coordinates.
  func matrixGradient(_ gradient: borrowing Configurations) -> [Double] {
    let samples = gradient.count
    var values = [Double](repeating: 0, count: matrixCount(samples))
    for (coordinate, slot) in slots.enumerated() {
      for sample in 0..<samples {
        values[index(slot, sample: sample, samples: samples)] = gradient[sample, coordinate] * slot.width
      }
    }
    return values
  }

  /// The matrix with zeros where no coordinate stands.
  func heldCoordinatesOnly(_ values: [Double], samples: Int) -> [Double] {
    var held = [Double](repeating: 0, count: values.count)
    for slot in slots {
      for sample in 0..<samples {
        let place = index(slot, sample: sample, samples: samples)
        held[place] = values[place]
      }
    }
    return held
  }

  /// Σ log width: log p(q) = log p(y) − this.
  public var logVolume: Double { slots.reduce(0) { $0 + log($1.width) } }
}
