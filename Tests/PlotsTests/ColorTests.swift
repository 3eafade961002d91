import Foundation
import Testing

@testable import Plots

@Suite("Colours")
struct ColorTests {
  @Test("The lightness of the colour map rises monotonically and evenly")
  func monotone() {
    let lightness = ColorMap.sequential.colors.map { Self.lightness($0.red, $0.green, $0.blue) }
    #expect(lightness.count == ColorMap.count)
    #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 })
    #expect(lightness.first! < 20 && lightness.last! > 88)
    // Even: L* stays within 12 of the straight line between its ends.
    for (i, value) in lightness.enumerated() {
      let line = lightness.first! + (lightness.last! - lightness.first!) * Double(i) / Double(lightness.count - 1)
      #expect(abs(value - line) < 12)
    }
    #expect(ColorMap.reversed.colors == ColorMap.sequential.colors.reversed())
  }

  @Test("Fractions outside 0…1 take the colours of the ends")
  func clamped() {
    #expect(ColorMap.index(of: -3) == 0)
    #expect(ColorMap.index(of: .infinity) == ColorMap.count - 1)
    #expect(ColorMap.index(of: 0.5) == 127)
  }

  @Test("Series colours differ in grey, and lines and text stand out from the page")
  func contrast() {
    for theme in [Theme.light, .dark] {
      let page = Self.luminance(theme.hex(.background))
      let greys = SeriesColor.allCases.map { Self.lightness(hex: theme.hex(.series($0))) }
      for i in greys.indices {
        for j in greys.indices where j > i { #expect(abs(greys[i] - greys[j]) > 2) }
      }
      for i in 0..<3 {
        for j in i + 1..<3 { #expect(abs(greys[i] - greys[j]) > 8) }
      }
      // WCAG 2.1 contrast: 4.5 for text, 3 for the first colours of lines.
      for ink in [Ink.text, .muted] { #expect(Self.contrast(page, Self.luminance(theme.hex(ink))) > 4.5) }
      for color in SeriesColor.allCases.prefix(3) {
        #expect(Self.contrast(page, Self.luminance(theme.hex(.series(color)))) > 3)
      }
    }
  }

  // MARK: CIE L* (1976) of sRGB

  private static func lightness(hex: String) -> Double {
    let y = luminance(hex)
    return y > 0.008856 ? 116 * cbrt(y) - 16 : 903.3 * y
  }

  private static func lightness(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Double {
    lightness(hex: ColorMap.RGB(red: red, green: green, blue: blue).hex)
  }

  private static func luminance(_ hex: String) -> Double {
    let value = Int(hex.dropFirst(), radix: 16)!
    func linear(_ byte: Int) -> Double {
      let c = Double(byte) / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(value >> 16) + 0.7152 * linear(value >> 8 & 255) + 0.0722 * linear(value & 255)
  }

  private static func contrast(_ a: Double, _ b: Double) -> Double { (max(a, b) + 0.05) / (min(a, b) + 0.05) }
}
