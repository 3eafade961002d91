import Foundation
import Testing

@testable import Plots

@Suite("PNG images and programs that draw them")
struct PNGTests {
  @Test("Checksums have their published values")
  func checksums() {
    #expect(Checksums.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(Checksums.crc32(Array("IEND".utf8)) == 0xAE42_6082)
    #expect(Checksums.crc32([UInt8]()) == 0)
    #expect(Checksums.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
    #expect(Checksums.adler32([UInt8]()) == 1)
  }

  @Test("Compressed bytes come back unchanged: empty, short, runs, noise, far matches")
  func roundTrip() throws {
    var random = LinearCongruential(state: 5)
    let noise = (0..<40_000).map { _ in UInt8(random.uniform() * 256) }
    let few = (0..<5000).map { _ in UInt8(random.uniform() * 3) }
    let cases: [[UInt8]] = [
      [], [7], [1, 2, 3], Array(repeating: 9, count: 1000), few, noise,
      Array(noise.prefix(20_000) + few + noise.prefix(20_000)),
      (0..<3000).map { UInt8(truncatingIfNeeded: $0 / 11) },
    ]
    for bytes in cases {
      let stream = Deflate.zlib(bytes)
      #expect(FixedInflate.bytes(of: Array(stream.dropFirst(2).dropLast(4))) == bytes)
      #expect((Int(stream[0]) << 8 | Int(stream[1])) % 31 == 0)
    }
    #expect(Deflate.zlib(Array(repeating: 9, count: 100_000)).count < 1000)
  }

  @Test("The chunks of a PNG have their lengths and checksums")
  func chunks() {
    let colors = [ColorMap.RGB(red: 1, green: 2, blue: 3), ColorMap.RGB(red: 250, green: 240, blue: 230)]
    let file = IndexedPNG.encode(width: 3, height: 2, pixels: [0, 1, 0, 1, 1, 0], palette: colors, transparentIndex: 1)
    #expect(Array(file.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    var names: [String] = []
    var place = 8
    while place < file.count {
      let length = Self.number(file, place)
      let typed = Array(file[place + 4..<place + 8 + length])
      names.append(String(decoding: typed.prefix(4), as: UTF8.self))
      #expect(UInt32(Self.number(file, place + 8 + length)) == Checksums.crc32(typed))
      if names.last == "IDAT" {
        #expect(FixedInflate.bytes(of: Array(typed.dropFirst(6).dropLast(4))) == [0, 0, 1, 0, 0, 1, 1, 0])
      }
      place += 12 + length
    }
    #expect(names == ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"])
  }

  // MARK: Programs

  @Test("Without a program there is a reason and no file; the SVG is written all the same")
  func noProgram() throws {
    try Self.inFolder { folder in
      let base = folder.appendingPathComponent("chart")
      let saved = try SampleCharts.bars.save(to: base, png: PNGDrawer(searchPath: ""))
      guard case .notWritten(let reason) = saved.png else {
        Issue.record("a PNG without a program")
        return
      }
      #expect(reason.contains("rsvg-convert") && reason.contains("gnuplot"))
      #expect(FileManager.default.fileExists(atPath: saved.svg.path))
      #expect(!FileManager.default.fileExists(atPath: base.appendingPathExtension("png").path))
    }
  }

  @Test("A folder that does not exist is an error that names the file")
  func unwritable() {
    #expect(throws: PlotError.self) {
      try SampleCharts.bars.save(to: URL(fileURLWithPath: "/nonexistent-folder/chart"), png: PNGDrawer(searchPath: ""))
    }
  }

  @Test("A failing program's message is reported, and the next program is tried")
  func failing() throws {
    try Self.inFolder { folder in
      try Self.program("rsvg-convert", "echo 'no such luck' >&2; exit 3", in: folder)
      let png = folder.appendingPathComponent("a.png")
      let failed = PNGDrawer(searchPath: folder.path).write(SampleCharts.bars, to: png)
      guard case .notWritten(let reason) = failed else {
        Issue.record("a PNG from a failing program")
        return
      }
      #expect(reason.contains("status 3") && reason.contains("no such luck"))
      #expect(!FileManager.default.fileExists(atPath: png.path))
      try Self.program("gnuplot", "printf '\\211PNG\\r\\n\\032\\n' > chart.png", in: folder)
      #expect(PNGDrawer(searchPath: folder.path).write(SampleCharts.bars, to: png) == .written(png, by: .gnuplot))
    }
  }

  @Test("A program that does not end is ended")
  func hanging() throws {
    try Self.inFolder { folder in
      try Self.program("gnuplot", "exec sleep 60", in: folder)
      let drawer = PNGDrawer(tools: [.gnuplot], searchPath: folder.path + ":/usr/bin:/bin", timeLimit: 0.3)
      guard case .notWritten(let reason) = drawer.write(SampleCharts.bars, to: folder.appendingPathComponent("a.png"))
      else {
        Issue.record("a PNG from a program that hangs")
        return
      }
      #expect(reason.contains("longer than 0.3 s"))
    }
  }

  @Test("Each program that is installed draws every chart", arguments: PNGDrawer.Tool.allCases)
  func installed(tool: PNGDrawer.Tool) throws {
    let drawer = PNGDrawer(tools: [tool], scale: 1)
    guard ExternalTool.find(tool.rawValue, searchPath: drawer.searchPath) != nil else { return }
    try Self.inFolder { folder in
      let png = folder.appendingPathComponent("a.png")
      for (name, chart) in SampleCharts.all {
        let outcome = Self.draw(chart, with: drawer, to: png)
        #expect(outcome == .written(png, by: tool), "\(name)")
      }
    }
  }

  @Test("A gnuplot script quotes the user's text, and nothing in it is run")
  func script() throws {
    let attack = "`touch broken` '`touch broken`' \"; system('touch broken'); @x $y {/:Bold z} \\"
    let chart = BarChart(title: attack, xLabel: attack, y: Axis(attack), bars: [.init(attack, value: 1)])
    let script = chart.gnuplotScript(output: "it's.png")
    #expect(script.contains("set output 'it''s.png'"))
    guard let gnuplot = ExternalTool.find("gnuplot", searchPath: PNGDrawer().searchPath) else { return }
    try Self.inFolder { folder in
      try Data(script.utf8).write(to: folder.appendingPathComponent("a.gp"))
      #expect(gnuplot.run(["a.gp"], in: folder, timeLimit: 60) == .succeeded)
      #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("it's.png").path))
      #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("broken").path))
    }
  }

  private static func draw(_ chart: some Chart, with drawer: PNGDrawer, to url: URL) -> PNGDrawer.Outcome {
    drawer.write(chart, to: url)
  }

  private static func number(_ bytes: [UInt8], _ place: Int) -> Int {
    bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func program(_ name: String, _ body: String, in folder: URL) throws {
    let url = folder.appendingPathComponent(name)
    try Data("#!/bin/sh\n\(body)\n".utf8).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
  }

  private static func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plots-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }
}

/// Reads one block of fixed Huffman codes (RFC 1951), written from the tables of section 3.2.5 rather than from the rule of the compressor.
enum FixedInflate {
  private static let lengths = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let lengthBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distances = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193,
    12289, 16385, 24577,
  ]
  private static let distanceBits = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
  ]

  static func bytes(of stream: [UInt8]) -> [UInt8]? {
    var place = 0
    func bit() -> Int {
      guard place / 8 < stream.count else { return 0 }
      defer { place += 1 }
      return Int(stream[place / 8] >> UInt8(place % 8)) & 1
    }
    func bits(_ count: Int) -> Int { (0..<count).reduce(0) { $0 | bit() << $1 } }
    func code(_ count: Int) -> Int { (0..<count).reduce(0) { value, _ in value << 1 | bit() } }
    guard bits(1) == 1, bits(2) == 1 else { return nil }
    var result: [UInt8] = []
    while place / 8 < stream.count {
      var value = code(7)
      let symbol: Int
      if value <= 0b0010111 {
        symbol = 256 + value
      } else {
        value = value << 1 | bit()
        if value >= 0x30 && value <= 0xBF {
          symbol = value - 0x30
        } else if value >= 0xC0 && value <= 0xC7 {
          symbol = 280 + value - 0xC0
        } else {
          value = value << 1 | bit()
          symbol = 144 + value - 0x190
        }
      }
      if symbol == 256 { return result }
      if symbol < 256 {
        result.append(UInt8(symbol))
      } else {
        let length = lengths[symbol - 257] + bits(lengthBits[symbol - 257])
        let distanceCode = code(5)
        let distance = distances[distanceCode] + bits(distanceBits[distanceCode])
        guard distance <= result.count else { return nil }
        for _ in 0..<length { result.append(result[result.count - distance]) }
      }
    }
    return nil
  }
}
