import Foundation

/// Equal bins on a line or around a circle.
public struct HistogramAxis: Sendable, Hashable {
  public let lowerBound: Double
  public let upperBound: Double
  public let binCount: Int
  /// Whether the bounds are the same point.
  public let isCircular: Bool

  private init(lowerBound: Double, upperBound: Double, binCount: Int, isCircular: Bool) {
    precondition(binCount > 0 && lowerBound < upperBound, "an axis needs a bin and a range")
    (self.lowerBound, self.upperBound) = (lowerBound, upperBound)
    (self.binCount, self.isCircular) = (binCount, isCircular)
  }

  /// Values outside the range belong to no bin; its upper bound belongs to the last.
  public static func linear(_ range: ClosedRange<Double>, bins: Int) -> HistogramAxis {
    HistogramAxis(lowerBound: range.lowerBound, upperBound: range.upperBound, binCount: bins, isCircular: false)
  }

  /// Angles in radians, from `start` once around.
  public static func circular(start: Double = -.pi, bins: Int) -> HistogramAxis {
    HistogramAxis(lowerBound: start, upperBound: start + 2 * .pi, binCount: bins, isCircular: true)
  }

  public var binWidth: Double { (upperBound - lowerBound) / Double(binCount) }

  /// Shape `[bins]`.
  public var centers: [Double] { (0..<binCount).map { lowerBound + (Double($0) + 0.5) * binWidth } }

  /// nil where a value lies outside, or is not a number.
  public func bin(of value: Double) -> Int? {
    guard value.isFinite else { return nil }
    var offset = value - lowerBound
    if isCircular {
      let period = upperBound - lowerBound
      offset -= period * (offset / period).rounded(.down)
    } else if value < lowerBound || value > upperBound {
      return nil
    }
    return min(binCount - 1, Int(offset / binWidth))
  }

  /// The bin of a point on several axes, counted with the last axis fastest; nil where any coordinate lies outside.
  static func bin(of point: some Collection<Double>, on axes: [HistogramAxis]) -> Int? {
    precondition(point.count == axes.count, "one axis for each coordinate")
    var number = 0
    for (value, axis) in zip(point, axes) {
      guard let bin = axis.bin(of: value) else { return nil }
      number = number * axis.binCount + bin
    }
    return number
  }
}
