import Energies
import Foundation
import MolFlow
import Randomness
import Testing

@Suite struct CoordinateChartTests {
  /// Charts of five atoms; a new chart is one line.
  static let charts: [(name: String, chart: any CoordinateChart)] = [
    ("identity", IdentityChart(dimension: 15)), ("body frame", BodyFrameCoordinates(atomCount: 5, frame: [2, 0, 4])),
    ("whitened body frame", WhitenedChart(BodyFrameCoordinates(atomCount: 5, frame: [1, 4, 0]), by: whitening)),
  ]

  static let whitening = try! Whitening(
    BodyFrameCoordinates(atomCount: 5, frame: [1, 4, 0]).inverseAndLogDet(configurations(100, seed: 5)).value)

  /// Five atoms about the corners of a crooked shape.
  static func configurations(_ count: Int, seed: UInt64) -> Configurations {
    var random = RandomStream(seed: seed)
    var x = Configurations(count: count, dimension: 15)
    for sample in 0..<count {
      for c in 0..<15 { x[sample, c] = 0.4 * sin(7.3 * Double(c)) + 0.02 * random.normal() }
    }
    return x
  }

  @Test(arguments: charts.indices) func directionsInvertEachOther(number: Int) {
    let chart = Self.charts[number].chart
    let x = Self.configurations(10, seed: 1)
    let (q, minusLogJ) = chart.inverseAndLogDet(x)
    let (y, logJ) = chart.forwardAndLogDet(q)
    let (again, _) = chart.inverseAndLogDet(y)
    for (a, b) in zip(q.coordinates, again.coordinates) { #expect(abs(a - b) < 1e-10) }
    for (a, b) in zip(logJ, minusLogJ) { #expect(abs(a + b) < 1e-10) }
    // Distances between atoms stay.
    func distance(_ x: Configurations, _ a: Int, _ b: Int) -> Double {
      let d = x.position(sample: 3, atom: a) - x.position(sample: 3, atom: b)
      return (d * d).sum().squareRoot()
    }
    for a in 0..<5 {
      for b in 0..<a { #expect(abs(distance(x, a, b) - distance(y, a, b)) < 1e-12) }
    }
    #expect(x.dimension == chart.dimension && q.dimension == chart.coordinateCount)
  }

  /// J is that of `InternalCoordinates`' convention: log J of internal coordinates less that of the chart is the
  /// log-determinant of the map from them to the chart's coordinates, here by central differences.
  @Test func volumeElement() throws {
    let system = try MolecularSystem.peptide(
      withoutStructure: PeptideSequence(parsing: "ACE-ALA-NME"), forceField: .shipped(named: "amber99sb-ildn"),
      solvent: nil, cutoff: nil)
    let internalCoordinates = try InternalCoordinates(system.molecule)
    let q = InternalCoordinatesTests.randomInternal(internalCoordinates.zMatrix, count: 1, seed: 4)
    let body = BodyFrameCoordinates(internalCoordinates.zMatrix)
    for chart in [body, WhitenedChart(body, by: try Self.spread(body))] as [any CoordinateChart] {
      func chartOf(_ q: Configurations) -> (value: Configurations, logDet: [Double]) {
        chart.inverseAndLogDet(internalCoordinates.forwardAndLogDet(q).value)
      }
      let h = 1e-6
      let jacobian = (0..<q.dimension).map { i in
        var (above, below) = (q, q)
        above[0, i] += h
        below[0, i] -= h
        return zip(chartOf(above).value.coordinates, chartOf(below).value.coordinates).map { ($0 - $1) / (2 * h) }
      }
      let expected = internalCoordinates.forwardAndLogDet(q).logDet[0] + chartOf(q).logDet[0]
      let found = Self.logDeterminant(jacobian)
      #expect(abs(found - expected) < 1e-4, "\(found), expected \(expected)")
    }
  }

  /// A whitening of coordinates about any values.
  private static func spread(_ chart: BodyFrameCoordinates) throws -> Whitening {
    var random = RandomStream(seed: 6)
    var q = Configurations(count: 300, dimension: chart.coordinateCount)
    for i in q.coordinates.indices { q.coordinates[i] = 0.1 * random.normal() }
    return try Whitening(q)
  }

  /// ∂(f(x(q)) − log J)/∂q against central differences, f a smooth function of x that is not invariant under motions.
  @Test(arguments: charts.indices) func pullBack(number: Int) {
    let chart = Self.charts[number].chart
    let q = chart.inverseAndLogDet(Self.configurations(3, seed: 3)).value
    func value(_ q: Configurations) -> [Double] {
      let (x, logJ) = chart.forwardAndLogDet(q)
      return (0..<x.count).map { sample in
        (0..<15).reduce(-logJ[sample]) { $0 + sin(3 * x[sample, $1] + Double($1)) }
      }
    }
    let (x, _) = chart.forwardAndLogDet(q)
    var gradient = Configurations(count: 3, dimension: 15)
    for sample in 0..<3 {
      for c in 0..<15 { gradient[sample, c] = 3 * cos(3 * x[sample, c] + Double(c)) }
    }
    let found = chart.pullBack(gradient, at: q, x: x)
    // Fourth order: log J has large higher derivatives where an atom is near the axis.
    let h = 1e-4
    func moved(_ i: Int, _ step: Double) -> [Double] {
      var other = q
      for sample in 0..<3 { other[sample, i] += step }
      return value(other)
    }
    for i in 0..<q.dimension {
      let values = [moved(i, 2 * h), moved(i, h), moved(i, -h), moved(i, -2 * h)]
      for sample in 0..<3 {
        let v = values.map { $0[sample] }
        #expect(abs((8 * (v[1] - v[2]) - (v[0] - v[3])) / (12 * h) - found[sample, i]) < 1e-6)
      }
    }
  }

  @Test func whitenedSamples() throws {
    let chart = Self.charts[2].chart
    let w = chart.inverseAndLogDet(Self.configurations(100, seed: 5)).value
    for i in 0..<9 {
      for j in 0...i {
        let covariance = (0..<100).reduce(0) { $0 + w[$1, i] * w[$1, j] } / 99
        #expect(abs(covariance - (i == j ? 1 : 0)) < 1e-9)
      }
    }
    #expect(throws: InputError.self) { try Whitening(Self.configurations(10, seed: 1)) }
  }

  @Test func impossibleFrames() {
    let chart = BodyFrameCoordinates(atomCount: 3, frame: [0, 1, 2])
    let q = Configurations(
      count: 3, dimension: 3, coordinates: [0.1, 0.02, 0.1, -0.1, 0.02, 0.1, 0.1, 0.02, -0.1])
    #expect(chart.forwardAndLogDet(q).logDet.map(\.isNaN) == [false, true, true])
  }

  /// log |det| by elimination with row exchanges.
  static func logDeterminant(_ matrix: [[Double]]) -> Double {
    var m = matrix
    var sum = 0.0
    for k in m.indices {
      let pivot = (k..<m.count).max { abs(m[$0][k]) < abs(m[$1][k]) }!
      m.swapAt(k, pivot)
      sum += log(abs(m[k][k]))
      for i in k + 1..<max(m.count, k + 1) {
        let factor = m[i][k] / m[k][k]
        for j in k..<m.count { m[i][j] -= factor * m[k][j] }
      }
    }
    return sum
  }
}
