import Foundation

/// Distributions of one quantity drawn over one another: energies as sampled, reweighted, and in the reference ensemble.
///
/// Each distribution integrates to 1 over all its values (those outside the range included), so areas can be compared whatever the
/// sizes of the samples. The bins are common to all.
public struct Histogram: Chart {
  public struct Distribution: Sendable {
    public var label: String
    public var values: [Double]
    /// [value] weights, not negative, in any normalisation; nil for equal ones.
    public var weights: [Double]?
    public var color: SeriesColor?
    /// Outline alone, for a reference behind which nothing shall disappear.
    public var isFilled: Bool
    public var isDashed: Bool

    public init(
      _ label: String, values: [Double], weights: [Double]? = nil, color: SeriesColor? = nil, isFilled: Bool = true,
      isDashed: Bool = false
    ) {
      precondition(weights == nil || weights!.count == values.count, "one weight for each value")
      self.label = label
      self.values = values
      self.weights = weights
      self.color = color
      self.isFilled = isFilled
      self.isDashed = isDashed
    }
  }

  public var title: String
  public var x: Axis
  public var yLabel: String
  public var distributions: [Distribution]
  /// nil chooses the width 2·IQR·n^{-1/3} (Freedman and Diaconis 1981, doi:10.1007/BF01025868), averaged over the distributions.
  public var binCount: Int?
  public var naturalSize: ChartSize

  public init(
    title: String, x: Axis, yLabel: String = "density", distributions: [Distribution], binCount: Int? = nil,
    size: ChartSize = .standard
  ) {
    precondition(binCount == nil || binCount! > 0, "at least one bin")
    precondition(x.scale != .logarithmic, "bins of equal width need a linear axis or a torsion")
    self.title = title
    self.x = x
    self.yLabel = yLabel
    self.distributions = distributions
    self.binCount = binCount
    self.naturalSize = size
  }

  public var droppedValueCount: Int { distributions.reduce(0) { $0 + drawable($1).dropped } }

  public func drawing(fitting size: ChartSize?) -> Drawing {
    let samples = distributions.map { drawable($0) }
    let ends = binRange(samples.map(\.values))
    let count = binCount ?? automaticBinCount(samples.map(\.values), ends: ends)
    let binned = samples.map { Self.densities($0.values, $0.weights, ends: ends, count: count) }
    let top = binned.flatMap(\.densities).max() ?? 0
    let yAxis = Axis(yLabel, includesZero: true)
    let yEnds = yAxis.ends(data: (0, top > 0 ? top : 1), padding: 0.06)
    let inks = distributions.indices.map { Ink.series(distributions[$0].color ?? .cycling($0)) }

    var layout = CartesianLayout(
      size: size ?? naturalSize, title: title,
      summary: "Distributions of \(RichText(x.label).plain): "
        + distributions.map { RichText($0.label).plain }.joined(separator: ", ") + ".",
      xAxis: { PlacedAxis(x, ends: ends, length: $0, isVertical: false) },
      yAxis: { PlacedAxis(yAxis, ends: yEnds, length: $0, isVertical: true) })
    if !(distributions.count == 1 && distributions[0].label.isEmpty) {
      layout.legend = distributions.indices.map {
        LegendEntry(
          label: RichText(distributions[$0].label), ink: inks[$0], isDashed: distributions[$0].isDashed,
          isFilled: distributions[$0].isFilled)
      }
    }
    layout.notes = [
      ChartNotes.outside(binned.reduce(0) { $0 + $1.outside }),
      ChartNotes.dropped(samples.reduce(0) { $0 + $1.dropped }),
    ].compactMap(\.self)
    return layout.drawing { _ in
      let outlines = binned.map { Self.outline($0.densities, ends: ends) }
      let fills = distributions.indices.filter { distributions[$0].isFilled && !outlines[$0].isEmpty }.map { i in
        Layer.band([outlines[i].map { DataInterval(x: $0.x, lower: 0, upper: $0.y) }], inks[i])
      }
      return fills
        + distributions.indices.map { i in
          .line([outlines[i]], Stroke(ink: inks[i], width: 1.8, isDashed: distributions[i].isDashed))
        }
    }
  }

  // MARK: Values

  private func drawable(_ distribution: Distribution) -> (values: [Double], weights: [Double]?, dropped: Int) {
    let kept = distribution.values.indices.filter { i in
      let weight = distribution.weights?[i] ?? 1
      return distribution.values[i].isFinite && weight.isFinite && weight >= 0
    }
    let values = kept.map { i in
      x.scale == .torsion ? remainder(distribution.values[i], 2 * .pi) : distribution.values[i]
    }
    return (
      values, distribution.weights.map { weights in kept.map { weights[$0] } }, distribution.values.count - kept.count
    )
  }

  /// The range of all values; where a few lie far away, such as the energies of clashes, the range of most of them.
  private func binRange(_ samples: [[Double]]) -> AxisEnds {
    guard x.scale == .linear && x.range == nil else { return x.ends(data: nil, padding: 0) }
    var lower = Double.infinity
    var upper = -Double.infinity
    for values in samples where !values.isEmpty {
      let sorted = values.sorted()
      let (q01, q99) = (Self.quantile(sorted, 0.01), Self.quantile(sorted, 0.99))
      let margin = max((q99 - q01) / 2, .leastNormalMagnitude)
      lower = min(lower, max(sorted[0], q01 - margin))
      upper = max(upper, min(sorted[sorted.count - 1], q99 + margin))
    }
    return x.ends(data: lower <= upper ? (lower, upper) : nil, padding: 0.02)
  }

  private func automaticBinCount(_ samples: [[Double]], ends: AxisEnds) -> Int {
    let widths = samples.filter { $0.count > 1 }.map { values in
      let sorted = values.sorted()
      return 2 * (Self.quantile(sorted, 0.75) - Self.quantile(sorted, 0.25)) / cbrt(Double(values.count))
    }.filter { $0 > 0 }
    guard !widths.isEmpty else { return 20 }
    let width = widths.reduce(0, +) / Double(widths.count)
    return Int(max(16, min(90, ((ends.upper - ends.lower) / width).rounded(.up))))
  }

  private static func quantile(_ sorted: [Double], _ fraction: Double) -> Double {
    sorted[Int((Double(sorted.count - 1) * fraction).rounded())]
  }

  /// [bin] the density: weight in the bin / (all weight · bin width); all zero where there is no weight.
  private static func densities(
    _ values: [Double], _ weights: [Double]?, ends: AxisEnds, count: Int
  ) -> (densities: [Double], outside: Int) {
    var sums = [Double](repeating: 0, count: count)
    var total = 0.0
    var outside = 0
    let width = (ends.upper - ends.lower) / Double(count)
    for (i, value) in values.enumerated() {
      let weight = weights?[i] ?? 1
      total += weight
      guard value >= ends.lower && value <= ends.upper else {
        outside += 1
        continue
      }
      sums[min(count - 1, Int((value - ends.lower) / width))] += weight
    }
    guard total > 0, total.isFinite else { return (sums.map { _ in 0 }, outside) }
    return (sums.map { $0 / total / width }, outside)
  }

  /// The steps from the axis up, over the bins, and down to the axis.
  private static func outline(_ densities: [Double], ends: AxisEnds) -> [DataPoint] {
    let width = (ends.upper - ends.lower) / Double(densities.count)
    var points = [DataPoint(x: ends.lower, y: 0)]
    for (i, density) in densities.enumerated() {
      points.append(DataPoint(x: ends.lower + Double(i) * width, y: density))
      points.append(DataPoint(x: ends.lower + Double(i + 1) * width, y: density))
    }
    return points + [DataPoint(x: ends.upper, y: 0)]
  }
}
