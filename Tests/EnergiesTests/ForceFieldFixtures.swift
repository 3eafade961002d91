import Energies
import Foundation
import Randomness

/// Small force fields and structures for tests.
enum ForceFieldFixtures {
  /// A force field in OpenMM's dialect with patches, written by scripts/force_fields/make_parameterization_golden.py.
  static let patchedXML = Bundle.module.url(
    forResource: "patched", withExtension: "xml", subdirectory: "Golden/force_field")!.path

  /// A table in our layout that holds just enough for hydrogen peroxide's torsion and two residues that join.
  static let table = """
    # A comment.
    [types]
    OX  O  O  15.999
    HX  H  H  1.008   # another
    [residues]
    residue ACE
      atom H HX 0.4
      atom C OX -0.4
      bond H C
      external C
    residue NME override=1
      atom N OX -0.4
      atom H HX 0.4
      bond N H
      external N
    [bonds]
    O H 0.097 463700.0
    =OX * 0.1475 200000.0
    [angles]
    H O O 1.75 400.0
    [torsions]
    * O O * 1 0.0 2.5 2 0.0 6.7
    [impropers amber]
    O * * H 2 3.14159 4.6
    [cmap-map 0 2]
    0.0 1.0
    2.0 3.0
    [cmap]
    H O O H * 0
    [nonbonded coulomb14=0.8333 lj14=0.5]
    O - 0.3 0.7
    H 0.4 0.1 0.05
    [born]
    * 0.1 0.15 0.8
    """

  /// Writes bytes to a file of its own, which is removed afterwards.
  static func withFile<Result>(_ bytes: [UInt8], extension suffix: String, _ body: (String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("molflow-\(UUID().uuidString).\(suffix)")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
  }
}

/// Reproducible damage to a file: flipped and random bytes, lost and repeated pieces, absurd numbers, an early end.
struct FileDamage {
  private var random: RandomStream

  init(seed: UInt64) { random = RandomStream(seed: seed) }

  mutating func apply(to original: [UInt8]) -> [UInt8] {
    let tokens = ["99999999999999999999", "-1", "nan", "1e999", "0x10", "\u{0}", "=", "[", "]", "<", "\"", "*", " ", "\n", "é"]
    var bytes = original
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      guard let place = bytes.indices.randomElement(using: &random) else { return bytes }
      let end = min(place + Int.random(in: 1...60, using: &random), bytes.count)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4: bytes.insert(contentsOf: Array(tokens.randomElement(using: &random)!.utf8), at: place)
      case 5:
        let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
        if let digit = digits.randomElement(using: &random) {
          bytes[digit] = Array("0123456789-.e".utf8).randomElement(using: &random)!
        }
      default: if Int.random(in: 0..<4, using: &random) == 0 { bytes.removeSubrange(place...) }
      }
    }
    return bytes
  }
}
