/// Text with superscripts and subscripts.
///
/// The markup is `^{…}` and `_{…}`, as in "10^{-3}" or "k_{B}T"; Greek letters and signs are written as themselves (φ, ψ, τ, ×, −). A caret
/// or underscore without a brace is an ordinary character, so file and residue names pass unchanged. Line breaks and control characters
/// become spaces: they cannot be drawn, and XML 1.0 forbids most of them.
struct RichText: Sendable, Equatable {
  enum Level: Sendable, Equatable { case base, superscript, `subscript` }

  struct Run: Sendable, Equatable {
    var level: Level
    var text: String
  }

  var runs: [Run]

  /// The size of a raised or lowered character relative to the base.
  static let scriptScale = 0.72

  init(_ markup: String) {
    var runs: [Run] = []
    var plain = ""
    var rest = Substring(String(String.UnicodeScalarView(markup.unicodeScalars.map(Self.drawable))))
    while let first = rest.first {
      let afterFirst = rest.dropFirst()
      if first == "^" || first == "_", afterFirst.first == "{", let close = afterFirst.firstIndex(of: "}") {
        if !plain.isEmpty { runs.append(Run(level: .base, text: plain)) }
        plain = ""
        let script = String(afterFirst[afterFirst.startIndex..<close].dropFirst())
        if !script.isEmpty { runs.append(Run(level: first == "^" ? .superscript : .subscript, text: script)) }
        rest = rest[close...].dropFirst()
      } else {
        plain.append(first)
        rest = afterFirst
      }
    }
    if !plain.isEmpty { runs.append(Run(level: .base, text: plain)) }
    self.runs = runs
  }

  /// The text without markup, for titles read aloud and for comparisons.
  var plain: String { runs.map(\.text).joined() }

  /// The text as HTML.
  var html: String {
    runs.map { run in
      let escaped = XMLText.escaped(run.text)
      return switch run.level {
      case .base: escaped
      case .superscript: "<sup>\(escaped)</sup>"
      case .subscript: "<sub>\(escaped)</sub>"
      }
    }.joined()
  }

  var isEmpty: Bool { runs.isEmpty }

  func width(size: Double, bold: Bool = false) -> Double {
    runs.reduce(0) { sum, run in
      sum + TextMetrics.width(run.text, size: run.level == .base ? size : size * Self.scriptScale, bold: bold)
    }
  }

  /// The text cut to `limit` units with an ellipsis where it is longer.
  func truncated(to limit: Double, size: Double, bold: Bool = false) -> RichText {
    guard width(size: size, bold: bold) > limit else { return self }
    var shortened = self
    while !shortened.runs.isEmpty {
      var last = shortened.runs.removeLast()
      while !last.text.isEmpty {
        last.text.removeLast()
        var candidate = shortened
        candidate.runs.append(Run(level: last.level, text: last.text + "…"))
        if candidate.width(size: size, bold: bold) <= limit { return candidate }
      }
    }
    shortened.runs = [Run(level: .base, text: "…")]
    return shortened
  }

  /// The text broken at spaces into lines of at most `limit` units; a line of one over-long word is cut with an ellipsis.
  static func wrapped(_ markup: String, to limit: Double, size: Double, bold: Bool = false) -> [RichText] {
    var lines: [RichText] = []
    var current = ""
    for word in markup.split(whereSeparator: \.isWhitespace) {
      let candidate = current.isEmpty ? String(word) : current + " " + word
      if current.isEmpty || RichText(candidate).width(size: size, bold: bold) <= limit {
        current = candidate
      } else {
        lines.append(RichText(current))
        current = String(word)
      }
    }
    if !current.isEmpty { lines.append(RichText(current)) }
    return lines.map { $0.truncated(to: limit, size: size, bold: bold) }
  }

  private static func drawable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFFFE, 0xFFFF, 0xFEFF: return " "
    default: return scalar
    }
  }
}
