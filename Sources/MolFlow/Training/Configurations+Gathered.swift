import Energies

extension Configurations {
  /// The given samples, in that order.
  func gathered(_ samples: [Int]) -> Configurations {
    var result = Configurations(count: samples.count, dimension: dimension)
    for (place, sample) in samples.enumerated() {
      for c in 0..<dimension { result.coordinates[place * dimension + c] = coordinates[sample * dimension + c] }
    }
    return result
  }
}
