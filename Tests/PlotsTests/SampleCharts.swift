import Foundation

@testable import Plots

/// One chart of every kind with data like those of a sampling run, for the checks that all charts must pass.
enum SampleCharts {
  static let awkward = "a < b & \"c\" > 'd' \u{0}\u{8}_{e}^{2} φ\nψ"

  static var all: [(name: String, chart: any Chart)] {
    [
      ("map", map), ("one map", HeatMap.ramachandran(title: "one", panels: [.init("", cells: cells(24))])),
      ("lines", lines), ("ESS", ess), ("histogram", histogram), ("scatter", scatter), ("bars", bars),
      ("figure", figure),
      ("empty lines", LineChart(title: "", x: "x", y: "y", series: [])),
      (
        "lines of nothing",
        LineChart(
          title: "", x: .logarithmic("x"), y: .logarithmic("y"), series: [.init("", x: [-1, 0], y: [.nan, 2])])
      ),
      ("empty histogram", Histogram(title: "", x: "x", distributions: [.init("none", values: [])])),
      ("constant", Histogram(title: "", x: "x", distributions: [.init("one", values: [3, 3, 3])])),
      ("empty bars", BarChart(title: "", y: "y", bars: [])),
      ("empty scatter", Scatter(title: "", x: "x", y: "y", xs: [], ys: [])),
      ("empty map", HeatMap.ramachandran(title: "", panels: [.init("", cells: [])], colorRange: nil)),
      ("crowded", crowded),
      ("point", LineChart(title: "", x: "x", y: "y", series: [.init("p", x: [1], y: [1e308])])),
    ]
  }

  static var map: HeatMap {
    var broken = cells(36)
    broken[3][4] = .nan
    broken[5][6] = .infinity
    return HeatMap.ramachandran(
      title: awkward,
      panels: [
        .init("proposal", cells: cells(36)), .init("reweighted", cells: broken), .init(awkward, cells: cells(36)),
      ])
  }

  static var lines: LineChart {
    let x = (0..<100).map { -4 + 0.08 * Double($0) }
    var y = x.map { 3 - 3 * cos($0) }
    y[10] = .nan
    y[20] = .infinity
    return LineChart(
      title: awkward, x: .torsion("φ / rad"), y: "F / kT",
      series: [
        .init(awkward, x: x, y: y, errors: x.map { _ in 0.3 }),
        .init("reference", x: x, y: x.map { 3 - 2 * cos($0) }, isDashed: true),
      ])
  }

  /// More names than fit at the ends of lines, a label longer than its axis, numbers in the hundred thousands.
  static var crowded: LineChart {
    let x = (0..<50).map(Double.init)
    return LineChart(
      title: String(repeating: "a long title ", count: 9), x: "t / ps",
      y: Axis(String(repeating: "a long label ", count: 9) + "/ kJ mol^{-1}"),
      series: (0..<8).map { k in
        .init("a series with a long name \(k)", x: x, y: x.map { 1e5 * sin($0 / 9 + Double(k)) * exp(-$0 / 5) })
      })
  }

  static var ess: LineChart {
    let n = [100.0, 1000, 10_000, 100_000]
    return LineChart(
      title: "ESS", x: .logarithmic("N"), y: .logarithmic("N_{eff}"),
      series: [.init("all", x: n, y: n.map { 0.3 * $0 }, errors: n.map { 0.5 * $0 }, showsPoints: true)])
  }

  static var histogram: Histogram {
    var random = LinearCongruential(state: 7)
    let energies = (0..<2000).map { _ in -100 + 15 * random.normal() } + [.nan, .infinity, 1e9]
    return Histogram(
      title: "Energy", x: "U / kJ mol^{-1}",
      distributions: [
        .init("sampled", values: energies),
        .init("reweighted", values: energies, weights: energies.map { $0.isFinite ? abs($0) : 1 }),
      ])
  }

  static var scatter: Scatter {
    var random = LinearCongruential(state: 9)
    let xs = (0..<5000).map { _ in random.normal() }
    return Scatter(
      title: "TICA", x: "TIC 1", y: "TIC 2", xs: xs + [.nan], ys: xs.map { $0 * $0 + random.normal() } + [1])
  }

  static var bars: BarChart {
    BarChart(
      title: "Acceptance", xLabel: "pair", y: "acceptance",
      bars: (0..<9).map {
        .init("\(300 + 40 * $0)–\(340 + 40 * $0) & K", value: $0 == 4 ? .nan : 0.1 * Double($0 - 2), error: 0.02)
      },
      reference: .init("wanted", value: 0.23))
  }

  static var figure: Figure { Figure(title: awkward, rows: [[map], [lines, histogram], [bars, scatter]]) }

  /// Three basins on the Ramachandran plane with F up to 8 kT.
  static func cells(_ n: Int) -> [[Double?]] {
    (0..<n).map { row in
      (0..<n).map { column in
        let (phi, psi) = (angle(column, n), angle(row, n))
        let density =
          exp(4 * (cos(phi + 1.4) - 1) + 4 * (cos(psi - 2.7) - 1)) + 0.5
          * exp(6 * (cos(phi + 1.4) - 1) + 6 * (cos(psi + 0.5) - 1))
          + 0.05 * exp(9 * (cos(phi - 1) - 1) + 9 * (cos(psi - 0.7) - 1))
        let freeEnergy = -log(density)
        return freeEnergy < 8 ? freeEnergy : nil
      }
    }
  }

  private static func angle(_ index: Int, _ n: Int) -> Double { -.pi + (Double(index) + 0.5) * 2 * .pi / Double(n) }
}

/// A small generator for sample data: x ← a x + c mod 2^64 (Knuth's MMIX constants).
struct LinearCongruential {
  var state: UInt64

  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (Double(state >> 11) + 0.5) / 9_007_199_254_740_992
  }

  mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
}
