/// What a mark is for; the theme turns it into a colour.
enum Ink: Sendable, Equatable {
  /// The page.
  case background
  /// The ground of an empty heat-map cell.
  case empty
  /// Titles and tick labels.
  case text
  /// Notes and axis labels.
  case muted
  case axis
  case grid
  /// One of the eight colours of series.
  case series(SeriesColor)
}

/// The colours of series: eight hues, told apart by lightness too.
///
/// Over normal, deuteranopic, protanopic and tritanopic sight (Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113) the
/// smallest distance of two colours in CAM02-UCS is 9.9, of the first four 12.4 (1 is just noticeable); in grey any two differ by at least
/// 2.7 in CIE L*, the first three by at least 9. A colour keeps its meaning over all the charts of a report when it is chosen by name.
public enum SeriesColor: Int, Sendable, CaseIterable {
  case blue, orange, green, pink, teal, red, purple, yellow

  /// The colour of the i-th series where none was chosen; after eight the colours repeat (with another dash pattern).
  public static func cycling(_ index: Int) -> SeriesColor { allCases[index % allCases.count] }

  /// On a light page.
  public var lightHex: String {
    ["#02488e", "#d87903", "#04825d", "#e081d8", "#013e51", "#a22629", "#9166d1", "#cec228"][rawValue]
  }

  /// On a dark page.
  public var darkHex: String {
    ["#2c7bd9", "#fe9c3f", "#04af7f", "#ffa2f7", "#d3f1fe", "#e0605a", "#b68cfa", "#e9df4f"][rawValue]
  }
}

/// Light or dark page.
public enum Theme: Sendable, CaseIterable {
  /// Light, and dark where the viewer asks for dark (`prefers-color-scheme`) and understands the question.
  case automatic
  case light
  case dark

  func hex(_ ink: Ink) -> String { self == .dark ? Self.dark(ink) : Self.light(ink) }

  private static func light(_ ink: Ink) -> String {
    switch ink {
    case .background: "#ffffff"
    case .empty: "#f3f4f5"
    case .text: "#1b1e21"
    case .muted: "#50575e"
    case .axis: "#7d858c"
    case .grid: "#e4e7ea"
    case .series(let color): color.lightHex
    }
  }

  private static func dark(_ ink: Ink) -> String {
    switch ink {
    case .background: "#15181b"
    case .empty: "#1e2226"
    case .text: "#eceff1"
    case .muted: "#aab2b9"
    case .axis: "#7d858c"
    case .grid: "#2d3237"
    case .series(let color): color.darkHex
    }
  }
}
