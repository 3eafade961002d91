import ArgumentParser
import Energies

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The systems that are at hand, and the force fields and solvents to make others.")

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Result: Encodable {
    struct Entry: Encodable {
      var name: String
      var summary: String?
      var temperature_K: Double
      var path: String
    }
    var systems: [Entry]
    var force_fields: [String]
    var solvents: [String]
  }

  func run() throws {
    let entries = try SystemCatalog.all().map { name, path in
      let description = try SystemDescription(path: path)
      return Result.Entry(
        name: name, summary: description.summary, temperature_K: description.temperature, path: path)
    }
    if json {
      try JSONOutput.print(
        Result(systems: entries, force_fields: ForceField.shippedNames, solvents: ImplicitSolvent.names))
      return
    }
    var table = TextTable()
    for entry in entries { table.add(entry.name, "\(significant(entry.temperature_K)) K", entry.summary ?? "") }
    print("Systems\n\(table.text)")
    print("Force fields\n  \(ForceField.shippedNames.joined(separator: ", "))")
    print("Solvents\n  \(ImplicitSolvent.names.joined(separator: ", "))")
    print("Any peptide: molsample info AK, molsample info ACE-ALA-NME --force-field ff19SB --solvent gbn2")
  }
}
