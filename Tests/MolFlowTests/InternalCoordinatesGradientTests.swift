import Energies
import Foundation
import MolFlow
import Randomness
import Testing

@Suite struct InternalCoordinatesGradientTests {
  /// ∂(f(x(q)) − log J)/∂q against central differences, for an f that sees every atom.
  @Test func pullBack() throws {
    let coordinates = try InternalCoordinates(TestMolecule.ringed, threads: 2)
    let q = InternalCoordinatesTests.randomInternal(coordinates.zMatrix, count: 5, seed: 3)
    let dimension = 3 * coordinates.zMatrix.atomCount
    var random = RandomStream(seed: 4)
    let weights = (0..<dimension).map { _ in random.normal() }
    // f = Σ w x + ½ Σ w² x²; not invariant under rotation, as a restraint might be.
    func value(_ q: Configurations) -> [Double] {
      let (x, logJ) = coordinates.forwardAndLogDet(q)
      return (0..<q.count).map { sample in
        (0..<dimension).reduce(-logJ[sample]) { sum, c in
          let y = weights[c] * x[sample, c]
          return sum + y + 0.5 * y * y
        }
      }
    }
    let (x, _) = coordinates.forwardAndLogDet(q)
    var gradient = Configurations(count: q.count, dimension: dimension)
    for sample in 0..<q.count {
      for c in 0..<dimension { gradient[sample, c] = weights[c] + weights[c] * weights[c] * x[sample, c] }
    }
    let found = coordinates.pullBack(gradient, at: q, x: x)
    for c in 0..<q.dimension {
      func moved(_ step: Double) -> [Double] {
        var moved = q
        for sample in 0..<q.count { moved[sample, c] += step }
        return value(moved)
      }
      let h = 1e-5
      let (a, b, e, f) = (moved(h), moved(-h), moved(2 * h), moved(-2 * h))
      for sample in 0..<q.count {
        let expected = (8 * (a[sample] - b[sample]) - (e[sample] - f[sample])) / (12 * h)
        #expect(abs(found[sample, c] - expected) < 1e-7 * (1 + abs(expected)), "coordinate \(c)")
      }
    }
  }
}
