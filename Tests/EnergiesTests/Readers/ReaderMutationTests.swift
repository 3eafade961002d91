import Energies
import Testing

/// Damaged copies of good files: an `InputError` or a correct read, never a crash, a hang or another error.
@Suite(.serialized) struct ReaderMutationTests {
  static let copies = 1000

  /// SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195): this test needs few, reproducible numbers.
  private struct Damage: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }

    mutating func apply(to original: [UInt8]) -> [UInt8] {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &self) {
        guard !bytes.isEmpty else { return bytes }
        let place = bytes.indices.randomElement(using: &self)!
        switch Int.random(in: 0..<7, using: &self) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
        case 2: bytes.removeSubrange(place..<min(place + Int.random(in: 1...40, using: &self), bytes.count))
        case 3: bytes.removeSubrange(place...)
        case 4:
          // Another digit, sign or point where there was one.
          let digits = bytes.indices.filter { (0x2B...0x39).contains(bytes[$0]) }
          if let digit = digits.randomElement(using: &self) {
            bytes[digit] = Array("0123456789-.".utf8).randomElement(using: &self)!
          }
        case 5:
          // A line twice.
          let start = bytes[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
          let end = bytes[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
          bytes.insert(contentsOf: bytes[start..<end], at: end)
        default:
          // A much larger number.
          bytes.insert(contentsOf: Array("99999999".utf8).prefix(Int.random(in: 1...8, using: &self)), at: place)
        }
      }
      return bytes
    }
  }

  /// Reads damaged copies of `file`; returns how many were refused.
  private func survive(_ file: String, _ read: (String) throws -> Void) throws -> Int {
    let original = try ReaderGolden.bytes(file)
    var damage = Damage(state: 20_260_101)
    var refused = 0
    for index in 0..<Self.copies {
      try withTemporaryFile(damage.apply(to: original)) { path in
        do {
          try read(path)
        } catch let error as InputError {
          refused += 1
          #expect(error.source == path, "copy \(index): \(error)")
        } catch {
          Issue.record("copy \(index) of \(file): \(error)")
        }
      }
    }
    return refused
  }

  /// What was read can also be evaluated: no parameter breaks the kernels.
  private func evaluate(_ system: MolecularSystem, _ x: [Double]) throws {
    guard x.count == 3 * system.molecule.atomCount else { return }
    do {
      _ = try MolecularEnergy(system).energies(of: Configurations(count: 1, dimension: x.count, coordinates: x))
    } catch {
      // Only an EnergyError can come here. An absurd parameter may give NaN, which is reported as such.
    }
  }

  @Test(.timeLimit(.minutes(10)), arguments: ["ala.prmtop", "ala19.prmtop"]) func prmtop(file: String) throws {
    let relaxed = try ReaderGolden(molecule: "ala").relaxed
    let refused = try survive(file) { path in
      let topology = try AmberTopology(path: path)
      for solvent in AmberSolventModel.allCases {
        try evaluate(try topology.makeSystem(AmberSystemOptions(solvent: solvent)), relaxed)
      }
    }
    // Most damage is noticed; changes of a digit or of a name cannot be.
    #expect(refused > Self.copies / 2 && refused < Self.copies)
  }

  @Test(.timeLimit(.minutes(10))) func restart() throws {
    let refused = try survive("ala.inpcrd") { path in
      let restart = try AmberRestart(path: path)
      let isFinite = restart.positions.coordinates.allSatisfy { $0.isFinite }
      #expect(isFinite)
    }
    #expect(refused > Self.copies / 4 && refused < Self.copies)
  }

  @Test(.timeLimit(.minutes(10)), arguments: ["ala-gbn2.xml", "ala-obc1-2nm.xml"]) func openMMSystem(file: String)
    throws
  {
    let names = try AmberTopology(path: ReaderGolden.path("ala.prmtop")).molecule
    let relaxed = try ReaderGolden(molecule: "ala").relaxed
    let refused = try survive(file) { path in
      let system = try OpenMMSystemFile(path: path)
      try evaluate(try system.makeSystem(molecule: names), relaxed)
    }
    #expect(refused > Self.copies / 2 && refused < Self.copies)
  }
}
