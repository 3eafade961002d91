import Foundation

/// A PNG image of palette indices, for the cells of a heat map (PNG specification, W3C 2003, ISO/IEC 15948).
enum IndexedPNG {
  /// The file.
  ///
  /// - Parameters:
  ///   - pixels: [row][column] indices into the palette, the top row first.
  ///   - palette: at most 256 colours.
  ///   - transparentIndex: the index that shows what lies behind the image.
  static func encode(
    width: Int, height: Int, pixels: [UInt8], palette: [ColorMap.RGB], transparentIndex: Int?
  ) -> [UInt8] {
    precondition(width > 0 && height > 0 && pixels.count == width * height, "as many pixels as the size says")
    precondition((1...256).contains(palette.count), "a palette has 1 to 256 colours")
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    // Eight bits per pixel, colour type 3 (palette), deflate, no filter, not interlaced.
    file += chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 3, 0, 0, 0])
    file += chunk("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] })
    if let transparentIndex {
      file += chunk("tRNS", [UInt8](repeating: 255, count: transparentIndex) + [0])
    }
    var rows: [UInt8] = []
    rows.reserveCapacity((width + 1) * height)
    for row in 0..<height {
      rows.append(0)  // filter "none": neighbouring indices do not predict one another
      rows += pixels[row * width..<(row + 1) * width]
    }
    file += chunk("IDAT", Deflate.zlib(rows))
    return file + chunk("IEND", [])
  }

  /// The image as a data URI.
  static func dataURI(_ file: [UInt8]) -> String { "data:image/png;base64," + Data(file).base64EncodedString() }

  private static func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] {
    let typed = Array(type.utf8) + body
    return bigEndian(body.count) + typed + bigEndian(Int(Checksums.crc32(typed)))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }
}
