import Foundation

/// A cloud of points as a map of its density, drawn as −ln p in kT: the plane of two slow coordinates (TICA) of a long trajectory.
///
/// A hundred thousand dots hide one another and fill megabytes; their counts in cells do neither. With weights the map is that of the
/// reweighted ensemble. The free energy of a cell is F = −ln(p / p_max), so the fullest cell has 0.
public struct Scatter: Chart {
  public var title: String
  public var x: Axis
  public var y: Axis
  /// Cells along either axis.
  public var resolution: Int
  /// The value at the upper end of the colour bar, in kT; nil takes the largest.
  public var upperFreeEnergy: Double?
  private var points: [DataPoint] = []
  private var weights: [Double] = []
  public private(set) var droppedValueCount = 0

  /// - Parameters:
  ///   - xs, ys: [point] the coordinates; torsions are wrapped.
  ///   - weights: [point] not negative, in any normalisation; nil for equal ones.
  public init(
    title: String, x: Axis, y: Axis, xs: [Double], ys: [Double], weights: [Double]? = nil, resolution: Int = 80,
    upperFreeEnergy: Double? = nil
  ) {
    precondition(xs.count == ys.count && (weights == nil || weights!.count == xs.count), "arrays of equal length")
    precondition(resolution > 0, "at least one cell")
    precondition(
      x.scale != .logarithmic && y.scale != .logarithmic, "cells of equal width need linear axes or torsions")
    precondition(upperFreeEnergy.map { $0.isFinite && $0 > 0 } ?? true, "the upper end of the scale is positive")
    self.title = title
    self.x = x
    self.y = y
    self.resolution = resolution
    self.upperFreeEnergy = upperFreeEnergy
    for i in xs.indices {
      let weight = weights?[i] ?? 1
      guard xs[i].isFinite && ys[i].isFinite && weight.isFinite && weight >= 0 else {
        droppedValueCount += 1
        continue
      }
      points.append(
        DataPoint(
          x: x.scale == .torsion ? remainder(xs[i], 2 * .pi) : xs[i],
          y: y.scale == .torsion ? remainder(ys[i], 2 * .pi) : ys[i]))
      self.weights.append(weight)
    }
  }

  public var naturalSize: ChartSize { heatMap.naturalSize }

  public func drawing(fitting size: ChartSize?) -> Drawing { heatMap.drawing(fitting: size) }

  /// The map of the points.
  public var heatMap: HeatMap {
    let xEnds = x.ends(data: LineChart.extent(points.map(\.x)), padding: 0.02)
    let yEnds = y.ends(data: LineChart.extent(points.map(\.y)), padding: 0.02)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: resolution), count: resolution)
    var outside = 0
    for (i, point) in points.enumerated() {
      let column = (point.x - xEnds.lower) / (xEnds.upper - xEnds.lower) * Double(resolution)
      let row = (point.y - yEnds.lower) / (yEnds.upper - yEnds.lower) * Double(resolution)
      guard column >= 0 && row >= 0 && column <= Double(resolution) && row <= Double(resolution) else {
        outside += 1
        continue
      }
      sums[min(resolution - 1, Int(row))][min(resolution - 1, Int(column))] += weights[i]
    }
    let top = sums.joined().max() ?? 0
    let cells = sums.map { $0.map { $0 > 0 && top > 0 ? -log($0 / top) : nil as Double? } }
    var (placedX, placedY) = (x, y)
    if x.scale == .linear { placedX.range = xEnds.lower...xEnds.upper }
    if y.scale == .linear { placedY.range = yEnds.lower...yEnds.upper }
    let largest = cells.joined().compactMap(\.self).max() ?? 0
    var map = HeatMap(
      title: title, x: placedX, y: placedY, colorLabel: "−ln(p / p_{max})",
      colorRange: 0...(upperFreeEnergy ?? max(1, largest)), panels: [HeatMap.Panel("", cells: cells)])
    map.notes = [
      NumberText.count(points.count) + (points.count == 1 ? " point" : " points"), ChartNotes.outside(outside),
      ChartNotes.dropped(droppedValueCount),
    ].compactMap(\.self)
    return map
  }
}
