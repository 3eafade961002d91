import Estimators
import Foundation
import Randomness
import Testing

@Suite struct ParetoTailTests {
  /// Exact quantiles of a generalized Pareto distribution give back its parameters. The estimator of Zhang & Stephens has a
  /// bias of order 1/n, with n = 2,000 below 0.01.
  @Test(arguments: [-0.3, 0.1, 0.5, 0.7, 1.2])
  func fitRecoversTheShape(_ shape: Double) throws {
    let truth = GeneralizedPareto(shape: shape, scale: 2.5)
    let fit = try #require(GeneralizedPareto(fittedTo: (0..<2000).map { truth.quantile((Double($0) + 0.5) / 2000) }))
    #expect(abs(fit.shape - shape) < 0.01)
    #expect(abs(fit.scale / 2.5 - 1) < 0.02)
  }

  /// The standard error of k is (1 + k)/√n (Zhang & Stephens 2009): |z| < 5 fails with probability 6e-7 in each case.
  @Test(arguments: [0.2, 0.5, 0.9])
  func fitOfRandomExceedances(_ shape: Double) throws {
    let truth = GeneralizedPareto(shape: shape, scale: 1)
    var random = RandomStream(seed: 30)
    let fit = try #require(
      GeneralizedPareto(fittedTo: (0..<4000).map { _ in truth.quantile(random.uniformOpen()) }.sorted()))
    #expect(abs(fit.shape - shape) / ((1 + shape) / 4000.0.squareRoot()) < 5)
  }

  /// Weights u^(−k), u uniform, are Pareto with tail index k. M = 3√N = 949 and the pull to ½ is (5 − 10 k)/(M + 10).
  @Test(arguments: [0.3, 0.5, 0.7, 0.9])
  func shapeOfParetoWeights(_ k: Double) throws {
    var random = RandomStream(seed: 31)
    let logWeights = (0..<100_000).map { _ in -k * log(random.uniformOpen()) }
    let tail = try #require(ParetoTail(try LogWeights(logWeights)))
    #expect(tail.count == 949)
    #expect(abs(tail.shape - k - (5 - 10 * k) / 959) / ((1 + k) / 949.0.squareRoot()) < 5)
  }

  /// Smoothing replaces the tail only, keeps its order, and stays below the largest raw weight.
  @Test func smoothing() throws {
    var random = RandomStream(seed: 32)
    let logWeights = (0..<2000).map { _ in 1.5 * random.normal() }
    let tail = try #require(ParetoTail(try LogWeights(logWeights)))
    let smoothed = tail.smoothedLogWeights
    let changed = logWeights.indices.filter { logWeights[$0] != smoothed[$0] }
    #expect(changed.count <= tail.count && changed.count > tail.count / 2)
    #expect(changed.allSatisfy { logWeights[$0] > tail.logThreshold && smoothed[$0] > tail.logThreshold })
    #expect(smoothed.max()! <= logWeights.max()!)
    let order = logWeights.indices.sorted { logWeights[$0] < logWeights[$1] }
    #expect(zip(order, order.dropFirst()).allSatisfy { smoothed[$0] <= smoothed[$1] })
  }

  @Test func weightsWithoutATail() throws {
    #expect(ParetoTail(try LogWeights([Double](repeating: 0, count: 500))) == nil)
    #expect(ParetoTail(try LogWeights((0..<20).map(Double.init))) == nil)
    #expect(ParetoTail(try LogWeights([0] + [Double](repeating: -.infinity, count: 999))) == nil)
    // A few outliers far above everything: their log weights differ by more than exp can hold.
    let outliers = (0..<1000).map { $0 < 6 ? 3000.0 * Double($0) : -Double($0) }
    let tail = ParetoTail(try LogWeights(outliers))
    #expect(tail == nil || tail!.shape.isFinite)
    #expect(ParetoTail.reliableShape(sampleCount: 100) == 0.5)
    #expect(ParetoTail.reliableShape(sampleCount: 1_000_000) == 0.7)
  }
}
