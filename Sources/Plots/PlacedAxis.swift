import Foundation

/// An axis whose ends, length on the page and ticks are settled.
struct PlacedAxis: Sendable, Equatable {
  var label: RichText
  var scale: Axis.Scale
  var ends: AxisEnds
  var ticks: Ticks
  /// Whether the tick labels stand slanted because they are too long to lie side by side.
  var isSlanted = false
  /// Names instead of numbers: no tick marks, no grid lines.
  var isCategorical = false

  /// An axis of `length` units. Across (x) the labels must fit side by side, upright (y) one above the other.
  init(_ axis: Axis, ends: AxisEnds, length: Double, isVertical: Bool) {
    scale = axis.scale
    self.ends = ends
    var count = max(2, Int(length / (isVertical ? 36 : 50)))
    ticks = Self.ticks(axis.scale, ends, count: count)
    label = RichText(axis.label)
    if !isVertical {
      while count > 2 && !labelsFit(ticks.major, length: length) {
        count -= 1
        ticks = Self.ticks(axis.scale, ends, count: count)
      }
      // Labels too long even for two steps: every second one, down to a single one.
      while ticks.major.count > 1 && !labelsFit(ticks.major, length: length) {
        ticks.major = ticks.major.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      }
    }
    if ticks.multiplier != 0 {
      let power = "(×10^{\(NumberText.power(ticks.multiplier))})"
      label = RichText(axis.label.isEmpty ? power : axis.label + " " + power)
    }
  }

  /// An axis of names, the i-th at the value i.
  init(categories: [String], label: String, length: Double) {
    scale = .linear
    isCategorical = true
    self.label = RichText(label)
    ends = AxisEnds(lower: -0.5, upper: Double(max(1, categories.count)) - 0.5)
    let slot = length / Double(max(1, categories.count))
    let size = TextMetrics.tickSize
    let texts = categories.map { RichText($0).truncated(to: 110, size: size) }
    isSlanted = (texts.map { $0.width(size: size) }.max() ?? 0) + 6 > slot
    // Slanted labels need a line's height each; among more bars than that only every k-th is named.
    let every = isSlanted ? max(1, Int((20 / slot).rounded(.up))) : 1
    ticks = Ticks(
      major: texts.enumerated().filter { $0.offset % every == 0 }.map {
        Tick(value: Double($0.offset), label: $0.element)
      })
  }

  /// The place of a value along the axis: 0 at the lower end, 1 at the upper.
  func fraction(_ value: Double) -> Double {
    switch scale {
    case .linear, .torsion: (value - ends.lower) / (ends.upper - ends.lower)
    case .logarithmic:
      value > 0 ? (log(value) - log(ends.lower)) / (log(ends.upper) - log(ends.lower)) : -1e4
    }
  }

  var widestLabel: Double { ticks.major.map { $0.label.width(size: TextMetrics.tickSize) }.max() ?? 0 }

  private static func ticks(_ scale: Axis.Scale, _ ends: AxisEnds, count: Int) -> Ticks {
    switch scale {
    case .linear: .linear(ends, count: count)
    case .logarithmic: .logarithmic(ends, count: count)
    case .torsion: .torsion
    }
  }

  /// Whether the labels of the candidate ticks stand side by side on `length` units.
  private func labelsFit(_ candidate: [Tick], length: Double) -> Bool {
    let size = TextMetrics.tickSize
    return zip(candidate, candidate.dropFirst()).allSatisfy { a, b in
      (fraction(b.value) - fraction(a.value)) * length
        >= (a.label.width(size: size) + b.label.width(size: size)) / 2 + 10
    }
  }
}
