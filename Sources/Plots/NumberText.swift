import Foundation

/// Numbers as text, by integer arithmetic: the same bytes on every machine and in every locale.
enum NumberText {
  /// A page coordinate with at most one decimal, "12.3", "7", "-0.5".
  static func coordinate(_ value: Double) -> String {
    precondition(value.isFinite, "a coordinate is finite")
    let tenths = Int((max(-1e6, min(1e6, value)) * 10).rounded())
    let whole = abs(tenths) / 10
    let decimal = abs(tenths) % 10
    return (tenths < 0 ? "-" : "") + (decimal == 0 ? "\(whole)" : "\(whole).\(decimal)")
  }

  /// mantissa·10^exponent written out: a true minus sign, thin spaces between groups of three from 10 000 on.
  static func decimal(mantissa: Int, exponent: Int) -> String {
    var digits = String(mantissa.magnitude)
    var fraction = ""
    if exponent >= 0 {
      if mantissa != 0 { digits += String(repeating: "0", count: exponent) }
    } else {
      if digits.count <= -exponent { digits = String(repeating: "0", count: -exponent + 1 - digits.count) + digits }
      fraction = "." + digits.suffix(-exponent)
      digits = String(digits.dropLast(-exponent))
    }
    return (mantissa < 0 ? "−" : "") + grouped(digits) + fraction
  }

  /// A value to three significant digits for labels and notes: "0.234", "12.3", "1 230 000", "1.2×10^{-7}".
  static func short(_ value: Double) -> String {
    precondition(value.isFinite, "a label needs a finite value")
    guard value != 0 else { return "0" }
    var exponent = Int(floor(log10(abs(value)))) - 2
    var mantissa = Int(scaled(value, by: -exponent).rounded())
    while mantissa % 10 == 0 && mantissa != 0 && exponent < 0 {
      mantissa /= 10
      exponent += 1
    }
    if exponent < -6 || exponent > 4 {
      while mantissa % 10 == 0 && mantissa != 0 {
        mantissa /= 10
        exponent += 1
      }
      let decimals = String(mantissa.magnitude).count - 1
      return decimal(mantissa: mantissa, exponent: -decimals) + "×10^{\(power(exponent + decimals))}"
    }
    return decimal(mantissa: mantissa, exponent: exponent)
  }

  /// Four decimals for small numbers, seven significant digits for others: enough for a colour, short in a file.
  static func significant(_ value: Double) -> String {
    precondition(value.isFinite, "a cell is finite")
    return abs(value) < 1e3 ? "\((value * 1e4).rounded() / 1e4)" : "\(Float(value))"
  }

  /// An exponent with a true minus sign.
  static func power(_ exponent: Int) -> String { exponent < 0 ? "−\(-exponent)" : "\(exponent)" }

  /// A count with thin spaces between groups of three from 10 000 on.
  static func count(_ value: Int) -> String { decimal(mantissa: value, exponent: 0) }

  /// mantissa·10^exponent, correctly rounded.
  static func value(mantissa: Int, exponent: Int) -> Double {
    Double("\(mantissa)e\(exponent)") ?? 0
  }

  /// value·10^power without overflow on the way.
  private static func scaled(_ value: Double, by power: Int) -> Double {
    power > 300 ? value * 1e300 * pow(10, Double(power - 300)) : value * pow(10, Double(power))
  }

  private static func grouped(_ digits: String) -> String {
    guard digits.count >= 5 else { return digits }
    var result = ""
    for (i, digit) in digits.enumerated() {
      if i > 0 && (digits.count - i) % 3 == 0 { result += "\u{2009}" }
      result.append(digit)
    }
    return result
  }
}
