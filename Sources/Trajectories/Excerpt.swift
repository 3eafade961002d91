extension String {
  /// At most 60 characters, with control characters replaced, so that text from a damaged file is safe to print.
  var excerpt: String {
    var text = ""
    for (place, scalar) in unicodeScalars.enumerated() {
      if place == 60 { return text + "…" }
      let isControl = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
      text.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
    }
    return text
  }
}
