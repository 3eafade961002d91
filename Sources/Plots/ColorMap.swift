import Foundation

/// A perceptually uniform sequence of colours for values between 0 and 1.
///
/// The path runs through OKLCh (B. Ottosson, "A perceptual color space for image processing", 2020) from a dark purple over blue and green
/// to a light yellow: the lightness rises linearly and the hue falls linearly, the chroma follows a smooth
/// curve inside the sRGB gamut. The
/// path is then walked at constant speed (equal OKLab distances), so equal steps of the value look like equal steps of the colour, and the
/// order survives colour blindness and printing in grey.
public struct ColorMap: Sendable, Equatable {
  public struct RGB: Sendable, Equatable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    /// "#rrggbb".
    public var hex: String {
      let digits = Array("0123456789abcdef")
      return "#" + String([red, green, blue].flatMap { [digits[Int($0) >> 4], digits[Int($0) & 15]] })
    }
  }

  /// 255 colours: the 256th index of a palette image is the empty cell.
  public let colors: [RGB]

  public static let count = 255

  /// From dark (0) to light (1).
  public static let sequential = ColorMap(colors: walk())

  /// From light (0) to dark (1).
  public static let reversed = ColorMap(colors: sequential.colors.reversed())

  /// The index of the colour of `fraction`, which is clamped to 0…1.
  public static func index(of fraction: Double) -> Int {
    precondition(!fraction.isNaN, "a colour needs a value")
    return min(count - 1, Int((max(0, min(1, fraction)) * Double(count - 1)).rounded()))
  }

  public func color(at fraction: Double) -> RGB { colors[Self.index(of: fraction)] }

  // MARK: The path

  private static func walk() -> [RGB] {
    // A fine walk first, for the length of the path; then equal lengths.
    let fine = 2_000
    let points = (0...fine).map { lab(at: Double($0) / Double(fine)) }
    var length = [0.0]
    for i in 1...fine {
      let d = (0..<3).map { points[i][$0] - points[i - 1][$0] }
      length.append(length[i - 1] + (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).squareRoot())
    }
    var colors: [RGB] = []
    var i = 0
    for k in 0..<count {
      let target = length[fine] * Double(k) / Double(count - 1)
      while i < fine - 1 && length[i + 1] < target { i += 1 }
      let within = (target - length[i]) / (length[i + 1] - length[i])
      colors.append(sRGB(lab: lab(at: (Double(i) + within) / Double(fine))))
    }
    return colors
  }

  /// (L, a, b) at the parameter t in 0…1.
  private static func lab(at t: Double) -> [Double] {
    let lightness = 0.27 + 0.67 * t
    let hue = (305 - 200 * t) * .pi / 180
    let arch = sin(.pi * t)
    let chroma = 0.125 - 0.0325 * arch * arch + 0.04 * t * t * t
    return [lightness, chroma * cos(hue), chroma * sin(hue)]
  }

  private static func sRGB(lab: [Double]) -> RGB {
    let (lightness, a, b) = (lab[0], lab[1], lab[2])
    let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
    return RGB(
      red: encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
      green: encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
      blue: encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
  }

  private static func cube(_ x: Double) -> Double { x * x * x }

  private static func encoded(_ linear: Double) -> UInt8 {
    let clamped = max(0, min(1, linear))
    let value = clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * pow(clamped, 1 / 2.4) - 0.055
    return UInt8((value * 255).rounded())
  }
}
