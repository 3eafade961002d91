import Foundation
import Testing

@testable import Plots

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What a parser found in a document.
private final class SVGReader: NSObject, XMLParserDelegate {
  var elements: [(name: String, attributes: [String: String])] = []
  var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append((name, attributes))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  static func read(_ svg: String) -> SVGReader? {
    let reader = SVGReader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    return parser.parse() ? reader : nil
  }
}

@Suite("SVG of every chart")
struct SVGTests {
  @Test(
    "Every chart is well-formed XML without a number that is none, in every theme",
    arguments: SampleCharts.all.map(\.name))
  func wellFormed(name: String) throws {
    let chart = try #require(SampleCharts.all.first { $0.name == name }).chart
    for theme in Theme.allCases {
      let svg = chart.svg(theme: theme)
      let reader = try #require(SVGReader.read(svg), "\(name) is not well-formed")
      #expect(reader.elements.first?.name == "svg")
      for (element, attributes) in reader.elements {
        for (key, value) in attributes where key != "href" && key != "font-family" && key != "class" {
          let lowered = value.lowercased()
          #expect(!lowered.contains("nan") && !lowered.contains("inf"), "\(element) \(key)=\(value.prefix(60))")
        }
        if element == "rect" {
          #expect(Double(attributes["height"] ?? "0")! >= 0 && Double(attributes["width"] ?? "0")! >= 0)
        }
      }
    }
  }

  @Test(
    "Every chart's text stays inside its page, by our own estimate of its width",
    arguments: SampleCharts.all.map(\.name))
  func textInside(name: String) throws {
    let drawing = try #require(SampleCharts.all.first { $0.name == name }).chart.drawing(fitting: nil)
    for text in drawing.texts {
      let width = text.content.width(size: text.size, bold: text.isBold)
      let start =
        switch text.anchor {
        case .start: 0.0
        case .middle: -width / 2
        case .end: -width
        }
      if text.isUpright {
        #expect(
          text.place.y - start <= drawing.size.height && text.place.y - start - width >= 0, "\(text.content.plain)")
        #expect(text.place.x - text.size >= 0 && text.place.x <= drawing.size.width)
      } else {
        #expect(
          text.place.x + start >= 0 && text.place.x + start + width <= drawing.size.width, "\(text.content.plain)")
        #expect(text.place.y - text.size >= 0 && text.place.y <= drawing.size.height)
      }
    }
    for panel in drawing.panels {
      #expect(panel.frame.x > 0 && panel.frame.right < drawing.size.width)
      #expect(panel.frame.y > 0 && panel.frame.bottom < drawing.size.height)
      if panel.showsYTicks { #expect(panel.frame.x - 7 - panel.y.widestLabel >= 0) }
    }
  }

  @Test("Texts overlap neither one another nor legend keys nor frames", arguments: SampleCharts.all.map(\.name))
  func noOverlap(name: String) throws {
    let drawing = try #require(SampleCharts.all.first { $0.name == name }).chart.drawing(fitting: nil)
    let boxes = drawing.texts.map { text in
      let width = text.content.width(size: text.size, bold: text.isBold)
      let (x, y) = (text.place.x, text.place.y)
      let (rise, drop) = (0.75 * text.size, 0.2 * text.size)
      let start = text.anchor == .start ? 0 : text.anchor == .middle ? width / 2 : width
      return text.isUpright
        ? PageRect(x: x - rise, y: y + start - width, width: rise + drop, height: width)
        : PageRect(x: x - start, y: y - rise, width: width, height: rise + drop)
    }
    let keys = drawing.shapes.map { shape in
      switch shape {
      case .line(let from, let to, _):
        PageRect(
          x: min(from.x, to.x), y: min(from.y, to.y), width: abs(to.x - from.x), height: abs(to.y - from.y))
      case .box(let rect, _, _): rect
      }
    }
    func apart(_ a: PageRect, _ b: PageRect) -> Bool {
      a.right <= b.x || b.right <= a.x || a.bottom <= b.y || b.bottom <= a.y
    }
    for i in boxes.indices {
      let text = drawing.texts[i].content.plain
      for j in boxes.indices where j > i {
        #expect(apart(boxes[i], boxes[j]), "\(text) | \(drawing.texts[j].content.plain)")
      }
      for key in keys { #expect(apart(boxes[i], key), "\(text) | key") }
      for panel in drawing.panels { #expect(apart(boxes[i], panel.frame), "\(text) | frame") }
    }
  }

  @Test("The same chart gives the same bytes", arguments: SampleCharts.all.map(\.name))
  func reproducible(name: String) throws {
    let first = try #require(SampleCharts.all.first { $0.name == name }).chart
    let second = try #require(SampleCharts.all.first { $0.name == name }).chart
    #expect(first.svg() == second.svg())
    #expect(first.gnuplotScript(output: "a.png") == second.gnuplotScript(output: "a.png"))
    #expect(first.html(identifier: "h") == second.html(identifier: "h"))
  }

  @Test("Identifiers are unique in a chart, differ between charts, and every reference is met")
  func identifiers() throws {
    let html =
      "<div>\(SampleCharts.figure.html(identifier: "report"))\(SampleCharts.bars.svg())\(SampleCharts.ess.svg())</div>"
    let reader = try #require(SVGReader.read(html))
    let identifiers = reader.elements.compactMap { $0.attributes["id"] }
    #expect(Set(identifiers).count == identifiers.count)
    for (_, attributes) in reader.elements {
      for value in attributes.values where value.hasPrefix("url(#") {
        #expect(identifiers.contains(String(value.dropFirst(5).dropLast())))
      }
    }
  }

  @Test("Markup in the user's text is escaped, raised text is raised, control characters are gone")
  func escaping() throws {
    let chart = BarChart(title: SampleCharts.awkward, y: "N^{2}", bars: [.init("</text><script>x</script>", value: 1)])
    let svg = chart.svg()
    let reader = try #require(SVGReader.read(svg))
    #expect(!reader.elements.contains { $0.name == "script" })
    #expect(reader.text.contains("a < b & \"c\" > 'd'"))
    #expect(reader.elements.contains { $0.name == "tspan" && ($0.attributes["dy"] ?? "").hasPrefix("-") })
    #expect(!svg.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }

  @Test("Dark colours are asked for by the reader only; light ones stand in attributes")
  func themes() {
    let automatic = SampleCharts.bars.svg()
    #expect(automatic.contains("@media (prefers-color-scheme:dark)"))
    #expect(automatic.contains("fill=\"#ffffff\""))
    #expect(!SampleCharts.bars.svg(theme: .dark).contains("@media"))
    #expect(!SampleCharts.bars.svg(theme: .dark).contains("#ffffff"))
    #expect(!SampleCharts.bars.svg(hasBackground: false).contains("fill=\"#ffffff\""))
  }

  @Test("A map of 100 × 100 cells takes less than 14 kB")
  func size() {
    let svg = HeatMap.ramachandran(title: "F", panels: [.init("", cells: SampleCharts.cells(100))]).svg()
    #expect(svg.utf8.count < 14_000)
  }
}
