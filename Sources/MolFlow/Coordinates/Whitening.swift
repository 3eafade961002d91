import Energies
import Foundation

/// A linear map that gives samples mean 0 and covariance 1: q = mean + L w with the covariance L Lᵀ (Cholesky).
public struct Whitening: Sendable, Equatable, Codable {
  public let mean: [Double]
  /// L, lower triangular, row-major `[n][n]`.
  public let factor: [Double]

  public var count: Int { mean.count }

  /// Whether numbers from a file are a whitening of `count` coordinates.
  func isValid(count: Int) -> Bool {
    mean.count == count && factor.count == count * count && (mean + factor).allSatisfy(\.isFinite)
      && (0..<count).allSatisfy { factor[$0 * count + $0] > 0 }
  }

  /// - Parameter samples: `[count][n]`.
  /// - Throws: `InputError` where the samples do not span all n directions.
  public init(_ samples: borrowing Configurations) throws {
    let n = samples.dimension
    let count = Double(samples.count)
    var mean = [Double](repeating: 0, count: n)
    for sample in 0..<samples.count {
      for i in 0..<n { mean[i] += samples[sample, i] / count }
    }
    var l = [Double](repeating: 0, count: n * n)
    for sample in 0..<samples.count {
      for i in 0..<n {
        let d = (samples[sample, i] - mean[i]) / max(1, count - 1)
        for j in 0...i { l[i * n + j] += d * (samples[sample, j] - mean[j]) }
      }
    }
    for j in 0..<n {
      let variance = l[j * n + j]
      for k in 0..<j { l[j * n + j] -= l[j * n + k] * l[j * n + k] }
      guard l[j * n + j] > 1e-10 * variance, variance > 0 else {
        throw InputError(
          "frames", "do not determine a covariance matrix", expected: "well over \(n) independent frames",
          found: "\(samples.count)")
      }
      l[j * n + j] = l[j * n + j].squareRoot()
      for i in j + 1..<max(n, j + 1) {
        for k in 0..<j { l[i * n + j] -= l[i * n + k] * l[j * n + k] }
        l[i * n + j] /= l[j * n + j]
      }
    }
    self.mean = mean
    factor = l
  }

  /// log |det L|
  public var logDet: Double { (0..<count).reduce(0) { $0 + log(factor[$1 * count + $1]) } }

  func apply(_ w: borrowing Configurations) -> Configurations {
    var q = Configurations(count: w.count, dimension: count)
    for sample in 0..<w.count {
      for i in 0..<count {
        var sum = mean[i]
        for j in 0...i { sum += factor[i * count + j] * w[sample, j] }
        q[sample, i] = sum
      }
    }
    return q
  }

  func remove(from q: borrowing Configurations) -> Configurations {
    var w = Configurations(count: q.count, dimension: count)
    for sample in 0..<q.count {
      for i in 0..<count {
        var rest = q[sample, i] - mean[i]
        for j in 0..<i { rest -= factor[i * count + j] * w[sample, j] }
        w[sample, i] = rest / factor[i * count + i]
      }
    }
    return w
  }

  /// Lᵀ g
  func pullBack(_ gradient: borrowing Configurations) -> Configurations {
    var result = Configurations(count: gradient.count, dimension: count)
    for sample in 0..<gradient.count {
      for i in 0..<count {
        for j in 0...i { result[sample, j] += factor[i * count + j] * gradient[sample, i] }
      }
    }
    return result
  }
}

/// Another chart's coordinates, whitened.
public struct WhitenedChart: CoordinateChart {
  public let base: any CoordinateChart
  public let whitening: Whitening

  public init(_ base: any CoordinateChart, by whitening: Whitening) {
    precondition(whitening.count == base.coordinateCount)
    (self.base, self.whitening) = (base, whitening)
  }

  public var dimension: Int { base.dimension }
  public var coordinateCount: Int { base.coordinateCount }

  public func forwardAndLogDet(_ q: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    let (x, logDet) = base.forwardAndLogDet(whitening.apply(q))
    let volume = whitening.logDet
    return (x, logDet.map { $0 + volume })
  }

  public func inverseAndLogDet(_ x: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    let (q, logDet) = base.inverseAndLogDet(x)
    let volume = whitening.logDet
    return (whitening.remove(from: q), logDet.map { $0 - volume })
  }

  public func pullBack(
    _ gradient: borrowing Configurations, at q: borrowing Configurations, x: borrowing Configurations
  ) -> Configurations {
    whitening.pullBack(base.pullBack(gradient, at: whitening.apply(q), x: x))
  }
}
