import Testing

@testable import Plots

@Suite("Ticks and numbers")
struct TickTests {
  private static let ranges: [(Double, Double)] = [
    (0.0, 1.0), (-0.3, 0.7), (1e-12, 3.7e-12), (-4.2e17, 9.9e17), (-110, -90), (0, 7), (1e9, 1e9 + 1),
    (-1e300, 1e300),
    (3e-280, 8e-280), (-5.5e-3, 1e-9), (99.999, 100.001),
  ]

  @Test(
    "Steps are 1, 2 or 5 times a power of ten, inside the ends, and not too many",
    arguments: Self.ranges)
  func niceSteps(lower: Double, upper: Double) {
    for count in 2...12 {
      let ends = AxisEnds.linear(lower, upper, padding: 0)
      let ticks = Ticks.linear(ends, count: count).major
      let span = ends.upper - ends.lower
      #expect(ticks.count <= count + 1)
      #expect(count < 4 || ticks.count >= 2)
      for tick in ticks {
        #expect(tick.value.isFinite)
        #expect(tick.value >= ends.lower - 1e-8 * span && tick.value <= ends.upper + 1e-8 * span)
        #expect(!tick.label.plain.isEmpty && tick.label.plain.count <= 18)
      }
      for (a, b) in zip(ticks, ticks.dropFirst()) {
        #expect(a.value < b.value)
        #expect(a.label != b.label)
        let step = b.value / span - a.value / span
        let digit = (step * span) / NumberText.value(mantissa: 1, exponent: Self.order(step * span))
        #expect([1.0, 2, 5, 10].contains { abs(digit - $0) < 1e-4 * $0 }, "step \(step * span)")
      }
    }
  }

  @Test("A range without width becomes a window around its value", arguments: [0.0, -100, 1e-300, 5e200, 1e-5])
  func zeroWidth(value: Double) {
    let ends = AxisEnds.linear(value, value, padding: 0.05)
    #expect(ends.lower < ends.upper)
    #expect(ends.lower <= value && value <= ends.upper)
    #expect(Ticks.linear(ends, count: 5).major.count >= 2)
  }

  @Test("Labels are exact decimals with a true minus sign, and large ones leave out a power of ten")
  func labels() {
    #expect(texts(0, 1, 5) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(texts(-110, -90, 4) == ["−110", "−105", "−100", "−95", "−90"])
    #expect(texts(0, 20_000, 4) == ["0", "5000", "10\u{2009}000", "15\u{2009}000", "20\u{2009}000"])
    let millions = Ticks.linear(AxisEnds(lower: 0, upper: 4e6), count: 4)
    #expect(millions.multiplier == 6)
    #expect(millions.major.map(\.label.plain) == ["0", "1", "2", "3", "4"])
    let small = Ticks.linear(AxisEnds(lower: 0, upper: 4e-8), count: 4)
    #expect(small.multiplier == -9)
    #expect(small.major.map(\.label.plain) == ["0", "10", "20", "30", "40"])
    // An offset that no power of ten removes is written out.
    #expect(Ticks.linear(AxisEnds(lower: 1e9, upper: 1e9 + 1), count: 2).multiplier == 0)
  }

  @Test("Decades on a logarithmic axis; 1-2-5 within a decade; every k-th of very many")
  func logarithmic() {
    #expect(Ticks.logarithmic(AxisEnds(lower: 0.5, upper: 200), count: 6).major.map(\.value) == [1, 10, 100])
    #expect(Ticks.logarithmic(AxisEnds(lower: 0.9, upper: 6), count: 6).major.map(\.value) == [1, 2, 5])
    let wide = Ticks.logarithmic(AxisEnds(lower: 1e-30, upper: 1e30), count: 6).major
    #expect(wide.count <= 7 && wide.count >= 3)
    #expect(wide.contains { $0.value == 1 && $0.label == RichText("10^{0}") })
    let narrow = Ticks.logarithmic(AxisEnds(lower: 101, upper: 104), count: 4).major
    #expect(narrow.count >= 2 && narrow.allSatisfy { $0.value >= 101 && $0.value <= 104 })
  }

  @Test(
    "Three significant digits in notes",
    arguments: [
      (0.0, "0"), (0.23, "0.23"), (12.345, "12.3"), (-0.5, "−0.5"), (1234, "1230"), (123_456, "123\u{2009}000"),
      (1.5e-9, "1.5×10^{−9}"), (6.022e23, "6.02×10^{23}"), (0.999_96, "1"), (1e-300, "1×10^{−300}"),
    ])
  func short(value: Double, text: String) { #expect(NumberText.short(value) == text) }

  @Test("Tick labels of a horizontal axis leave a gap between them")
  func noOverlap() {
    for (lower, upper) in [(0.0, 1.0), (1e9, 1e9 + 1), (-123_456, 654_321), (0, 1e-7)] {
      for length in [100.0, 250, 400] {
        let ends = AxisEnds.linear(lower, upper, padding: 0)
        let axis = PlacedAxis(Axis("x"), ends: ends, length: length, isVertical: false)
        let places = axis.ticks.major.map {
          (center: axis.fraction($0.value) * length, half: $0.label.width(size: TextMetrics.tickSize) / 2)
        }
        if places.count > 2 {
          #expect(zip(places, places.dropFirst()).allSatisfy { $1.center - $1.half >= $0.center + $0.half + 5 })
        }
      }
    }
  }

  private func texts(_ lower: Double, _ upper: Double, _ count: Int) -> [String] {
    Ticks.linear(AxisEnds(lower: lower, upper: upper), count: count).major.map(\.label.plain)
  }

  /// The power of ten at or below a value.
  private static func order(_ value: Double) -> Int {
    var exponent = -310
    while NumberText.value(mantissa: 1, exponent: exponent + 1) <= value * (1 + 1e-6) { exponent += 1 }
    return exponent
  }
}
