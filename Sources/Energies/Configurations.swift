/// A batch of configurations, row-major `[count][dimension]`, in nm for molecules.
///
/// A molecule of N atoms has dimension 3N: x, y, z of atom 0, then of atom 1, and so on. Model systems may have any
/// dimension.
public struct Configurations: Sendable, Equatable {
  public let count: Int
  public let dimension: Int
  public var coordinates: [Double]

  public init(count: Int, dimension: Int) {
    precondition(count >= 0 && dimension > 0)
    self.count = count
    self.dimension = dimension
    coordinates = [Double](repeating: 0, count: count * dimension)
  }

  public init(count: Int, dimension: Int, coordinates: [Double]) {
    precondition(coordinates.count == count * dimension, "coordinates must hold count × dimension values")
    self.count = count
    self.dimension = dimension
    self.coordinates = coordinates
  }

  public init(count: Int, atomCount: Int) { self.init(count: count, dimension: 3 * atomCount) }

  /// Atoms of a molecular batch.
  public var atomCount: Int { dimension / 3 }

  public subscript(sample: Int, coordinate: Int) -> Double {
    get { coordinates[sample * dimension + coordinate] }
    set { coordinates[sample * dimension + coordinate] = newValue }
  }

  /// Position of one atom of one sample, nm.
  public func position(sample: Int, atom: Int) -> SIMD3<Double> {
    let base = sample * dimension + 3 * atom
    return SIMD3(coordinates[base], coordinates[base + 1], coordinates[base + 2])
  }

  public mutating func setPosition(sample: Int, atom: Int, to position: SIMD3<Double>) {
    let base = sample * dimension + 3 * atom
    coordinates[base] = position.x
    coordinates[base + 1] = position.y
    coordinates[base + 2] = position.z
  }

  /// The samples of `range`, copied.
  public func slice(_ range: Range<Int>) -> Configurations {
    Configurations(
      count: range.count, dimension: dimension,
      coordinates: Array(coordinates[range.lowerBound * dimension..<range.upperBound * dimension]))
  }

  /// Copies of the given samples, in that order.
  public func rows(_ samples: [Int]) -> Configurations {
    var coordinates: [Double] = []
    coordinates.reserveCapacity(samples.count * dimension)
    for sample in samples { coordinates += self.coordinates[sample * dimension..<(sample + 1) * dimension] }
    return Configurations(count: samples.count, dimension: dimension, coordinates: coordinates)
  }

  /// One coordinate of every sample.
  public func column(_ coordinate: Int) -> [Double] { (0..<count).map { self[$0, coordinate] } }

  /// The samples of all parts, in order; `dimension` is for none.
  public init(joining parts: [Configurations], dimension: Int) {
    precondition(parts.allSatisfy { $0.dimension == dimension })
    self.init(
      count: parts.reduce(0) { $0 + $1.count }, dimension: dimension, coordinates: parts.flatMap(\.coordinates))
  }

  /// Appends all samples of `other`, which must have the same dimension.
  public func appending(_ other: Configurations) -> Configurations {
    precondition(other.dimension == dimension)
    return Configurations(
      count: count + other.count, dimension: dimension, coordinates: coordinates + other.coordinates)
  }
}
