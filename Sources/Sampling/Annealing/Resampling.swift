import Randomness

/// Replaces weighted particles by copies of equal weight, without bias: particle i has N wᵢ copies on average.
///
/// A new scheme is one file and one line in the tests' registry.
public protocol Resampling: Sendable {
  /// Name for configurations and messages.
  static var name: String { get }

  /// Whether copies are drawn independently of each other. The error from one population's genealogy depends on it.
  static var drawsIndependently: Bool { get }

  /// Indices of `count` particles to copy, ascending.
  ///
  /// - Parameter weights: not negative, with a positive, finite sum. A particle of weight zero is never copied.
  func parents(weights: [Double], count: Int, using random: RandomStream) -> [Int]
}

extension Resampling {
  /// As many as there are weights.
  public func parents(weights: [Double], using random: RandomStream) -> [Int] {
    parents(weights: weights, count: weights.count, using: random)
  }
}

/// N independent draws.
///
/// Source: Gordon, Salmond, Smith 1993, doi:10.1049/ip-f-2.1993.0015.
public struct MultinomialResampling: Resampling {
  public static let name = "multinomial"
  public static let drawsIndependently = true

  public init() {}

  public func parents(weights: [Double], count: Int, using random: RandomStream) -> [Int] {
    let sums = runningSums(weights)
    var stream = random
    return (0..<count).map { _ in stream.categorical(cumulativeWeights: sums) }.sorted()
  }
}

/// The particles at (k + U)/N, k = 0 … N − 1, of the running sum of the weights, with one uniform number U: copies of a
/// particle are ⌊N w⌋ or ⌈N w⌉, the least noise that resampling can have for one particle.
///
/// Source: Carpenter, Clifford, Fearnhead 1999, doi:10.1049/ip-rsn:19990255; Kitagawa 1996, doi:10.1080/10618600.1996.10474692.
public struct SystematicResampling: Resampling {
  public static let name = "systematic"
  public static let drawsIndependently = false

  public init() {}

  public func parents(weights: [Double], count: Int, using random: RandomStream) -> [Int] {
    let sums = runningSums(weights)
    // Rounding may put the last mark at the end of the sum: it belongs to the last particle that weighs anything.
    let last = weights.lastIndex { $0 > 0 }!
    var stream = random
    let offset = stream.uniform()
    var parent = 0
    return (0..<count).map { k in
      let mark = (Double(k) + offset) / Double(count) * sums[weights.count - 1]
      while parent < last, sums[parent] <= mark { parent += 1 }
      return parent
    }
  }
}

private func runningSums(_ weights: [Double]) -> [Double] {
  var sum = 0.0
  let sums = weights.map { weight in
    precondition(weight >= 0, "weights must not be negative")
    sum += weight
    return sum
  }
  precondition(sum > 0 && sum.isFinite, "the weights must have a positive, finite sum")
  return sums
}
