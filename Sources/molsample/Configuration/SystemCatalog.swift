import Energies
import Foundation

/// The systems that come with MolFlow and those that a user prepared: folders in `systems/` with a `system.yaml`.
enum SystemCatalog {
  /// `systems/` of the current folder, and the one that belongs to this program: beside it, or above its build folder.
  static var folders: [URL] {
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    var candidates = [here]
    var place = (Bundle.main.executableURL ?? here).resolvingSymlinksInPath().deletingLastPathComponent()
    for _ in 0..<6 {
      candidates.append(place)
      candidates.append(place.appendingPathComponent("share/molflow"))
      place = place.deletingLastPathComponent()
    }
    var seen = Set<String>()
    return candidates.map { $0.appendingPathComponent("systems") }.filter { folder in
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory) && isDirectory.boolValue
        && seen.insert(folder.standardizedFileURL.path).inserted
    }
  }

  /// Paths of all `system.yaml`, by name; the first folder wins.
  static func all() -> [(name: String, path: String)] {
    var found: [String: String] = [:]
    for folder in folders {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] where found[name] == nil {
        let path = folder.appendingPathComponent(name).appendingPathComponent("system.yaml").path
        if FileManager.default.fileExists(atPath: path) { found[name] = path }
      }
    }
    return found.map { (name: $0.key, path: $0.value) }.sorted { $0.name < $1.name }
  }

  /// What the word SYSTEM on the command line means.
  static func description(of word: String) throws -> SystemDescription {
    if word.contains("/") || word.hasSuffix(".yaml") || word.hasSuffix(".yml") {
      var path = word
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
        path = URL(fileURLWithPath: path).appendingPathComponent("system.yaml").relativePath
      }
      return try SystemDescription(path: path)
    }
    let systems = all()
    if let entry = systems.first(where: { $0.name == word }) { return try SystemDescription(path: entry.path) }
    do {
      _ = try PeptideSequence(parsing: word)
    } catch {
      throw UsageError(
        "there is no system '\(word)', and it is no sequence: \(error.problem)",
        advice:
          "name one of \(systems.map(\.name).joined(separator: ", ")), a sequence such as AK or ACE-ALA-NME, or a path to a system.yaml"
      )
    }
    return try .peptide(word)
  }
}

extension SystemDescription {
  /// Whether it is what its name alone stands for: same molecule, energy and temperature.
  var isAsCatalogued: Bool { (try? SystemCatalog.description(of: name))?.yaml == yaml }
}
