/// Bonds and alternative names of the standard residues, by which PDB files are understood.
struct StandardResidues: Sendable {
  private struct Entry {
    /// Standard atom name by any other name.
    var aliases: [String: String] = [:]
    var bonds: [(first: String, second: String)] = []
  }

  /// Standard residue name by any name.
  private var names: [String: String] = [:]
  private var entries: [String: Entry] = [:]

  static func shipped() throws -> StandardResidues {
    var result = StandardResidues()
    var common: [String: String] = [:]
    var current: String?
    for row in try TableFile.shipped("standard-residues").sections.flatMap(\.rows) {
      switch row.fields[0] {
      case "protein": current = nil
      case "residue":
        let name = try row.text(1, "name of the residue")
        var entry = Entry()
        if row.fields.contains("+protein") { entry.aliases = common }
        result.entries[name] = entry
        for other in row.fields.dropFirst() where other != "+protein" { result.names[String(other)] = name }
        current = name
      case "alias":
        let name = try row.text(1, "standard atom name")
        for other in row.fields.dropFirst() {
          if let current {
            result.entries[current]!.aliases[String(other)] = name
          } else {
            common[String(other)] = name
          }
        }
      case "bond":
        guard let current else { throw row.error("a bond outside of any residue") }
        result.entries[current]!.bonds.append((try row.text(1, "an atom"), try row.text(2, "an atom")))
      default: throw row.error("unknown line", found: String(row.fields[0]))
      }
    }
    return result
  }

  /// "HIS" for "HID"; the name itself where it is not known.
  func standardName(ofResidue name: String) -> String { names[name] ?? name }

  func standardName(ofAtom name: String, inResidue residue: String) -> String {
    entries[standardName(ofResidue: residue)]?.aliases[name] ?? name
  }

  /// Pairs of standard atom names; a leading "-" is an atom of the residue before in the chain.
  func bonds(ofResidue name: String) -> [(first: String, second: String)] {
    entries[standardName(ofResidue: name)]?.bonds ?? []
  }
}
