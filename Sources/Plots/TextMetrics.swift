/// Widths of text without a font at hand.
///
/// The widths are those of the Helvetica family (advance widths in thousandths of the font size), grouped into classes and rounded up;
/// the viewer may choose a wider fallback face, so every estimate carries 6 % of reserve.
enum TextMetrics {
  /// Sizes in user units.
  static let tickSize = 13.0
  static let labelSize = 14.0
  static let titleSize = 16.0
  static let figureTitleSize = 20.0
  static let noteSize = 12.0

  private static let reserve = 1.06

  /// The estimated width of `text` set at `size`.
  static func width(_ text: some StringProtocol, size: Double, bold: Bool = false) -> Double {
    var thousandths = 0
    for scalar in text.unicodeScalars { thousandths += advance(of: scalar) }
    return Double(thousandths) / 1000 * size * reserve * (bold ? 1.07 : 1)
  }

  private static func advance(of scalar: Unicode.Scalar) -> Int {
    switch scalar {
    case "i", "j", "l", "'", "|": return 225
    case " ", ".", ",", ":", ";", "!", "I", "f", "t", "/", "\\", "[", "]": return 280
    case "r", "(", ")", "-", "`", "\"", "°", "*", "·": return 350
    case "\u{2009}": return 200
    case "m", "w", "M", "W", "%", "@", "…", "—", "Ω", "φ", "ψ", "ω", "Φ", "Ψ": return 860
    case "A"..."H", "J"..."L", "N"..."V", "X"..."Z", "&": return 720
    case "c", "k", "s", "v", "x", "y", "z", "J": return 500
    case "+", "−", "±", "×", "=", "<", ">", "≤", "≥", "≈", "–", "→": return 590
    default: return scalar.value >= 0x2E80 ? 1000 : (scalar.value >= 0x300 && scalar.value < 0x370 ? 0 : 570)
    }
  }
}
