import Energies
import Randomness

/// A proposal whose coordinates are independent: all that a kind of density must say is what one coordinate does.
public protocol CoordinatewiseProposal: DifferentiableProposal {
  /// A draw of coordinate i.
  func draw(coordinate i: Int, using random: inout RandomStream) -> Double
  /// log density of coordinate i at x and its derivative, which may be anything where the density is zero.
  func logDensity(coordinate i: Int, at x: Double) -> (value: Double, slope: Double)
}

extension CoordinatewiseProposal {
  public func draw(_ range: Range<Int>, from random: RandomStream) -> (x: Configurations, logQ: [Double]) {
    var x = Configurations(count: range.count, dimension: dimension)
    for (sample, index) in range.enumerated() {
      var stream = random.child(index)
      for i in 0..<dimension { x[sample, i] = draw(coordinate: i, using: &stream) }
    }
    return (x, summed(x))
  }

  public func logDensities(of x: borrowing Configurations) -> [Double] { summed(x) }

  private func summed(_ x: borrowing Configurations) -> [Double] {
    precondition(x.dimension == dimension)
    return (0..<x.count).map { sample in
      (0..<dimension).reduce(0) { $0 + logDensity(coordinate: $1, at: x[sample, $1]).value }
    }
  }

  public func logDensities(of x: borrowing Configurations, gradient: inout Configurations) -> [Double] {
    precondition(x.dimension == dimension)
    gradient = Configurations(count: x.count, dimension: dimension)
    var logQ = [Double](repeating: 0, count: x.count)
    for sample in 0..<x.count {
      for i in 0..<dimension {
        let (value, slope) = logDensity(coordinate: i, at: x[sample, i])
        logQ[sample] += value
        gradient[sample, i] = slope
      }
    }
    return logQ
  }
}
