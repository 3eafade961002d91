import Energies
import Testing

@Suite("Peptide sequences")
struct PeptideSequenceTests {
  @Test(arguments: [
    ("ACE-ALA-NME", ["ACE", "ALA", "NME"]),
    ("ace-ala-nme", ["ACE", "ALA", "NME"]),
    ("  AK\n", ["NALA", "CLYS"]),
    ("ak", ["NALA", "CLYS"]),
    ("A-L-A", ["NALA", "LEU", "CALA"]),
    ("LYS-HID-GLU", ["NLYS", "HID", "CGLU"]),
    ("HIP-HIS", ["NHIP", "CHIE"]),
    ("ACE-AK-NHE", ["ACE", "ALA", "LYS", "NHE"]),
    ("ACE-AK", ["ACE", "ALA", "CLYS"]),
    ("ALA-NME", ["NALA", "NME"]),
    ("ACE-ASH-GLH-LYN-CYM-NME", ["ACE", "ASH", "GLH", "LYN", "CYM", "NME"]),
    ("ACE-A-NME", ["ACE", "ALA", "NME"]),
    ("ACE-NME", ["ACE", "NME"]),
    // Capital letters only look like the template of a charged end when they stand without hyphens.
    ("NALA", ["NASN", "ALA", "LEU", "CALA"]),
    (
      "GYDPETGTWG",
      ["NGLY", "TYR", "ASP", "PRO", "GLU", "THR", "GLY", "THR", "TRP", "CGLY"]
    ),
  ])
  func templates(text: String, expected: [String]) throws {
    #expect(try PeptideSequence(parsing: text).templateNames == expected)
  }

  @Test func everyLetterIsAnAminoAcid() throws {
    let sequence = try PeptideSequence(parsing: "ACDEFGHIKLMNPQRSTVWY")
    #expect(Set(sequence.residueNames).count == 20)
    #expect(sequence.residueNames[6] == "HIE")
    #expect(sequence.notes.count == 1)
    #expect(sequence.notes[0].contains("HIE"))
    #expect(try PeptideSequence(parsing: "ACE-HID-NME").notes.isEmpty)
  }

  /// Text, and what the message must say.
  @Test(arguments: [
    ("", ["empty"]),
    ("  \n", ["empty"]),
    ("A", ["one amino acid", "ACE-ALA-NME"]),
    ("ACE-A-", ["position 7", "missing"]),
    ("-A", ["position 1", "missing"]),
    ("AXK", ["position 2", "'X'", "ACDEFGHIKLMNPQRSTVWY"]),
    (" ABK", ["position 3", "'B'"]),
    ("A K", ["position 2", "' '"]),
    ("A1", ["position 2", "'1'"]),
    ("ALÄ", ["position 3"]),
    ("ACE-FOO-NME", ["position 6", "'O'"]),
    ("ALA-FOO", ["position 5", "'FOO'", "HID"]),
    ("ACE-CYX-NME", ["position 5", "disulphide", "CYS"]),
    ("CYX-CYX", ["position 1", "disulphide"]),
    ("ASH-ALA", ["NASH", "ACE"]),
    ("ALA-LYN", ["CLYN", "NME"]),
    ("ALA-ACE-ALA", ["position 5", "ACE", "first"]),
    ("NME-ALA-ALA", ["position 1", "NME", "last"]),
    ("ALA", ["A-L-A", "ACE-ALA-NME"]),
    ("ACE", ["A-C-E"]),
    ("ACE-DAL-NME", ["position 5", "'DAL'", "D-A-L"]),
    ("mse", ["position 1", "'MSE'", "M-S-E"]),
    ("NALA-CALA", ["position 1", "'NALA'"]),
    ("ALA-AK", ["position 5", "'AK'"]),
  ])
  func errors(text: String, parts: [String]) {
    let error = #expect(throws: InputError.self) { try PeptideSequence(parsing: text, source: "--sequence") }
    guard let message = error?.description else { return }
    #expect(message.contains("--sequence"))
    for part in parts { #expect(message.contains(part), "'\(part)' in: \(message)") }
  }

  @Test func lengthIsLimited() throws {
    let longest = String(repeating: "A", count: PeptideSequence.longest)
    #expect(try PeptideSequence(parsing: longest).residueNames.count == PeptideSequence.longest)
    for text in [longest + "A", String(repeating: "ALA-", count: 100_000), String(repeating: "é", count: 900)] {
      #expect(throws: InputError.self) { try PeptideSequence(parsing: text) }
    }
  }

  /// Nothing but a sequence or an error comes out of a thousand texts made of the characters that matter.
  @Test func mutatedTextsDoNotCrash() {
    let pieces = ["A", "K", "-", "ACE", "NME", "HIS", "x", "CYX", " ", "é", "🧬", "\u{0}", "\n", "-"]
    var state: UInt64 = 7
    for _ in 0..<1000 {
      var text = ""
      for _ in 0..<8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      if let sequence = try? PeptideSequence(parsing: text) {
        #expect(sequence.templateNames.count >= 2)
      }
    }
  }
}
