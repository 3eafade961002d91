import Foundation

/// What an axis shows and how: label with unit, scale, and the range where it is not taken from the data.
public struct Axis: Sendable, Equatable, ExpressibleByStringLiteral {
  public enum Scale: Sendable, Equatable {
    case linear
    /// Decades; values that are not positive cannot be drawn and count as dropped.
    case logarithmic
    /// A circle from −π to π with ticks at multiples of π/2; values are wrapped.
    case torsion
  }

  /// With the unit after a slash, "U / kJ mol^{-1}". `^{…}` raises, `_{…}` lowers.
  public var label: String
  public var scale: Scale
  /// The ends of the axis; nil takes them from the data.
  public var range: ClosedRange<Double>?
  /// Whether a linear axis without a given range must show zero.
  public var includesZero: Bool

  public init(
    _ label: String, scale: Scale = .linear, range: ClosedRange<Double>? = nil, includesZero: Bool = false
  ) {
    if let range {
      precondition(range.lowerBound.isFinite && range.upperBound.isFinite, "the ends of an axis are finite")
      precondition(scale != .logarithmic || range.lowerBound > 0, "a logarithmic axis starts above zero")
    }
    self.label = label
    self.scale = scale
    self.range = range
    self.includesZero = includesZero
  }

  public init(stringLiteral label: String) { self.init(label) }

  /// A torsion angle in radians from −π to π.
  public static func torsion(_ label: String) -> Axis { Axis(label, scale: .torsion) }

  /// Decades.
  public static func logarithmic(_ label: String, range: ClosedRange<Double>? = nil) -> Axis {
    Axis(label, scale: .logarithmic, range: range)
  }

  /// Whether the axis can show the value.
  func canShow(_ value: Double) -> Bool { value.isFinite && (scale != .logarithmic || value > 0) }

  /// The ends of the axis for data between two values (nil without data), with `padding` as a fraction of the span on either side.
  func ends(data: (lower: Double, upper: Double)?, padding: Double) -> AxisEnds {
    switch scale {
    case .torsion: return AxisEnds(lower: -.pi, upper: .pi)
    case .logarithmic:
      if let range { return AxisEnds.logarithmic(range.lowerBound, range.upperBound, padding: 0) }
      return AxisEnds.logarithmic(data?.lower ?? 1, data?.upper ?? 10, padding: padding)
    case .linear:
      if let range { return AxisEnds.linear(range.lowerBound, range.upperBound, padding: 0) }
      var (lower, upper) = data ?? (0, 1)
      let (low, high) = (lower, upper)
      if includesZero { (lower, upper) = (min(0, lower), max(0, upper)) }
      var ends = AxisEnds.linear(lower, upper, padding: padding)
      // Zero as the natural end of the data gets no margin behind it.
      if includesZero && low >= 0 && ends.upper > 0 { ends.lower = 0 }
      if includesZero && high <= 0 && ends.lower < 0 { ends.upper = 0 }
      return ends
    }
  }
}

/// The finite, distinct ends of an axis.
struct AxisEnds: Sendable, Equatable {
  var lower: Double
  var upper: Double

  /// Beyond this the differences of doubles overflow, and nothing physical lives there.
  private static let limit = 1e300

  static func linear(_ a: Double, _ b: Double, padding: Double) -> AxisEnds {
    let lower = max(-limit, min(limit, min(a, b)))
    let upper = max(-limit, min(limit, max(a, b)))
    let magnitude = max(abs(lower), abs(upper))
    // A span that doubles cannot resolve into ticks is no span: a window of a tenth on either side shows the value instead.
    if upper - lower <= 1e-10 * magnitude || upper - lower < 1e-290 {
      let middle = magnitude < 1e-280 ? 0 : lower
      let half = magnitude < 1e-280 ? 1 : magnitude / 10
      return AxisEnds(lower: max(-limit, middle - half), upper: min(limit, middle + half))
    }
    let margin = (upper - lower) * padding
    return AxisEnds(lower: max(-limit, lower - margin), upper: min(limit, upper + margin))
  }

  static func logarithmic(_ a: Double, _ b: Double, padding: Double) -> AxisEnds {
    let lower = max(1e-300, min(1e300, min(a, b)))
    let upper = max(1e-300, min(1e300, max(a, b)))
    // Logarithms, because the quotient may be beyond the largest double.
    let decades = log10(upper) - log10(lower)
    guard decades > 1e-6 else { return AxisEnds(lower: lower / 2, upper: lower * 2) }
    let margin = pow(10, decades * padding)
    return AxisEnds(lower: max(1e-305, lower / margin), upper: min(1e305, upper * margin))
  }
}
