import Foundation

/// A labelled place on an axis.
struct Tick: Sendable, Equatable {
  var value: Double
  var label: RichText
}

/// The ticks of an axis and the power of ten their labels leave out.
struct Ticks: Sendable, Equatable {
  var major: [Tick]
  /// Unlabelled places between the major ones (logarithmic axes only).
  var minor: [Double] = []
  /// The labels show value / 10^multiplier.
  var multiplier = 0

  // MARK: Linear

  /// Ticks at multiples of 1, 2 or 5 times a power of ten, at most about `count` of them, inside `ends`.
  ///
  /// Every tick is an integer times a power of ten, so the label is written from integers and 0.3 never reads 0.30000000000000004.
  static func linear(_ ends: AxisEnds, count: Int) -> Ticks {
    let span = ends.upper - ends.lower
    precondition(span > 0 && span.isFinite, "an axis has distinct, finite ends")
    let rough = span / Double(max(1, count))
    var exponent = Int(floor(log10(rough)))
    var factor = 1
    search: for e in [exponent, exponent + 1] {
      for f in [1, 2, 5] where NumberText.value(mantissa: f, exponent: e) >= rough * (1 - 1e-9) {
        (exponent, factor) = (e, f)
        break search
      }
    }
    let step = NumberText.value(mantissa: factor, exponent: exponent)
    let first = Int((ends.lower / step - 1e-9).rounded(.up))
    let last = Int((ends.upper / step + 1e-9).rounded(.down))
    let mantissas = first <= last ? (first...last).map { $0 * factor } : []
    let (labels, multiplier) = labels(mantissas, exponent: exponent)
    return Ticks(
      major: zip(mantissas, labels).map {
        Tick(value: NumberText.value(mantissa: $0, exponent: exponent), label: RichText($1))
      }, multiplier: multiplier)
  }

  /// The labels of mantissa·10^exponent, with a common power of ten left out where that makes them much shorter.
  private static func labels(_ mantissas: [Int], exponent: Int) -> ([String], Int) {
    guard let largest = mantissas.map(\.magnitude).max(), largest > 0 else {
      return (mantissas.map { _ in "0" }, 0)
    }
    let digits = String(largest).count
    let order = exponent + digits - 1
    let multiplier = Int((Double(order) / 3).rounded(.down)) * 3
    let short = mantissas.map { NumberText.decimal(mantissa: $0, exponent: exponent - multiplier) }
    // Written out, an extreme exponent would be hundreds of zeros.
    guard abs(exponent) < 20 else { return (short, multiplier) }
    let plain = mantissas.map { NumberText.decimal(mantissa: $0, exponent: exponent) }
    let saved = (plain.map(\.count).max() ?? 0) - (short.map(\.count).max() ?? 0)
    return saved >= 5 ? (short, multiplier) : (plain, 0)
  }

  // MARK: Torsions

  static let torsion = Ticks(
    major: zip([-Double.pi, -.pi / 2, 0, .pi / 2, .pi], ["−π", "−π/2", "0", "π/2", "π"]).map {
      Tick(value: $0, label: RichText($1))
    })

  // MARK: Logarithmic

  /// Ticks at powers of ten; where fewer than two lie inside `ends`, at 1, 2 and 5 times powers of ten, or else at linear steps.
  static func logarithmic(_ ends: AxisEnds, count: Int) -> Ticks {
    let low = Int((log10(ends.lower) - 1e-9).rounded(.up))
    let high = Int((log10(ends.upper) + 1e-9).rounded(.down))
    if high - low >= 1 {
      let stride = max(1, Int((Double(high - low + 1) / Double(max(2, count))).rounded(.up)))
      let exponents = (low...high).filter { $0 % stride == 0 }
      let plain = exponents.allSatisfy { (-3...3).contains($0) }
      let major = exponents.map { e in
        Tick(
          value: NumberText.value(mantissa: 1, exponent: e),
          label: RichText(plain ? NumberText.decimal(mantissa: 1, exponent: e) : "10^{\(NumberText.power(e))}"))
      }
      let minor =
        stride > 1
        ? (low...high).filter { $0 % stride != 0 }.map { NumberText.value(mantissa: 1, exponent: $0) }
        : (low - 1...high).flatMap { e in (2...9).map { NumberText.value(mantissa: $0, exponent: e) } }
      return Ticks(major: major, minor: minor.filter { $0 >= ends.lower && $0 <= ends.upper })
    }
    let steps = (low - 2...high + 1).flatMap { e in [1, 2, 5].map { (mantissa: $0, exponent: e) } }
      .filter { step in
        let value = NumberText.value(mantissa: step.mantissa, exponent: step.exponent)
        return value >= ends.lower * (1 - 1e-9) && value <= ends.upper * (1 + 1e-9)
      }
    guard steps.count >= 3 else { return linear(ends, count: count) }
    return Ticks(
      major: steps.map { step in
        let label =
          (-3...3).contains(step.exponent)
          ? NumberText.decimal(mantissa: step.mantissa, exponent: step.exponent)
          : "\(step.mantissa)×10^{\(NumberText.power(step.exponent))}"
        return Tick(
          value: NumberText.value(mantissa: step.mantissa, exponent: step.exponent), label: RichText(label))
      })
  }
}
