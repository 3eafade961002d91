import Estimators
import Foundation
import Randomness
import Testing

@Suite struct StateDistanceTests {
  static func clusters(_ counts: [Int], _ random: inout RandomStream) -> [Double] {
    let centers = [[-10.0, 0], [10, 0], [0, 15]]
    return counts.enumerated().flatMap { k, count in
      (0..<count).flatMap { _ in centers[k].map { $0 + random.normal() } }
    }
  }

  @Test("Separate clusters are found, and populations tell the divergence")
  func separateClusters() throws {
    var random = RandomStream(seed: 100)
    let reference = try WeightedPoints(Self.clusters([600, 300, 100], &random), dimension: 2)
    let states = try KMeans(reference, clusterCount: 3)
    #expect(states.centers.count == 3 && abs(states.meanSquaredDistance - 2) < 0.3)
    let distance = StateDistance(states: states)
    let ensemble = try WeightedPoints(Self.clusters([100, 300, 600], &random), dimension: 2)
    let expected = try JensenShannonDivergence([1, 3, 6], [6, 3, 1]).bits
    #expect(abs(try distance.value(ensemble, from: reference) - expected) < 1e-9)
    #expect(try distance.value(reference, from: reference) == 0)
    #expect(try distance.counts(ensemble).map { Int($0.rounded()) }.sorted() == [100, 300, 600])
  }

  @Test("The same seed gives the same states, another seed others")
  func deterministic() throws {
    var random = RandomStream(seed: 101)
    let points = try WeightedPoints(random.normals(2000), dimension: 2)
    let a = try KMeans(points)
    #expect(a.centers.count == 20)
    #expect(try KMeans(points).centers == a.centers)
    #expect(try KMeans(points, seed: 1).centers != a.centers)
    // Lloyd's fixed point: every centre is the mean of its points.
    let assigned = (0..<1000).map { a.state(of: points.point($0)) }
    for k in 0..<20 {
      let members = (0..<1000).filter { assigned[$0] == k }
      for d in 0..<2 {
        let mean = members.reduce(0) { $0 + points.coordinates[2 * $1 + d] } / Double(members.count)
        #expect(abs(mean - a.centers[k][d]) < 1e-12)
      }
    }
  }

  @Test("Angles as sines and cosines do not know where the cut is")
  func angles() throws {
    let points = try WeightedPoints([3.1, -3.1, 0.1, -0.1], logWeights: [0, 1, 0, 0]).sinesAndCosines
    #expect(points.dimension == 2 && points.logWeights?.values == [0, 1, 0, 0])
    #expect(points.coordinates[2] == sin(-3.1) && points.coordinates[3] == cos(-3.1))
    let states = try KMeans(points, clusterCount: 2)
    #expect(states.state(of: points.point(0)) == states.state(of: points.point(1)))
    #expect(states.state(of: points.point(0)) != states.state(of: points.point(2)))
  }

  @Test("Too few points, and points of another dimension")
  func errors() throws {
    let points = try WeightedPoints([1, 1, 1])
    #expect(throws: EstimatorError.tooFewSamples(found: 3, needed: 20)) { try KMeans(points) }
    #expect(try KMeans(points, clusterCount: 2).centers == [[1]])
    let distance = try StateDistance(fittedTo: points, clusterCount: 1)
    #expect(throws: EstimatorError.dimensionMismatch(expected: 1, found: 3)) {
      try distance.value(try WeightedPoints([1, 1, 1], dimension: 3), from: points)
    }
  }
}
