import Foundation
import Testing

/// `molsample dataset`, on peptides and lengths that are far too short to converge.
@Suite struct DatasetTests {
  static let settings = [
    "runs=2", "replicas=2", "equilibration=100", "steps=200", "most_steps=400", "stride=50", "max_temperature=400",
  ]

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func folder(_ name: String, list: String) throws -> String {
    let folder = NSTemporaryDirectory() + "dataset-\(name)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try list.write(toFile: folder + "/list.txt", atomically: true, encoding: .utf8)
    return folder
  }

  private func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

  /// Without the seconds that peptides took.
  private func table(_ path: String) -> [[String]] {
    String(decoding: bytes(path) ?? Data(), as: UTF8.self).split(separator: "\n").map { line in
      var words = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      words.remove(at: 10)
      return words
    }
  }

  @Test func `A set is the same for any number of threads, and goes on where it stopped`() throws {
    let whole = try folder("whole", list: "GG # the smallest\nGP\n")
    defer { try? FileManager.default.removeItem(atPath: whole) }
    let list = whole + "/list.txt"
    let first = try CommandRunner.run(arguments: ["dataset", list, "output=\(whole)/a", "threads=2"] + Self.settings)
    #expect(first.status == 0, "\(first.errors)")
    // No time at all: it stops before the first simulation, and says how to go on.
    let stopped = try CommandRunner.run(
      arguments: ["dataset", list, "output=\(whole)/b", "threads=1", "seconds=0"] + Self.settings)
    #expect(stopped.status == 5 && stopped.errors.contains("2 peptides left"))
    // One peptide, then all.
    try "GG\n".write(toFile: whole + "/one.txt", atomically: true, encoding: .utf8)
    _ = try CommandRunner.run(
      arguments: ["dataset", whole + "/one.txt", "output=\(whole)/b", "threads=1"] + Self.settings)
    let second = try CommandRunner.run(arguments: ["dataset", list, "output=\(whole)/b", "threads=1"] + Self.settings)
    #expect(second.status == 0 && second.errors.contains("1 of 2 peptides are there already"))
    for name in ["GG.nc", "GP.nc"] {
      let made = try #require(bytes("\(whole)/a/\(name)"))
      #expect(made == bytes("\(whole)/b/\(name)"))
    }
    let rows = table("\(whole)/a/dataset.csv")
    #expect(rows == table("\(whole)/b/dataset.csv"))
    // Two runs of two walkers; GG went on once because it cannot be known well, proline's φ does not turn.
    #expect(rows[1][0] == "GG" && rows[1][2] == "32" && rows[1][8] == "400")
    #expect(rows[2][0] == "GP" && rows[2][2] == "16" && rows[2][10] == "one_side")
  }

  @Test(arguments: [
    ("AK B7\n", "line 1", "B7"), ("# none\n", "names no sequence", "AK"), ("AK GG\nAK\n", "line 2", "twice"),
  ])
  func `A list that is wrong is refused with its line`(list: String, place: String, word: String) throws {
    let folder = try folder("wrong", list: list)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try CommandRunner.run(arguments: ["dataset", folder + "/list.txt", "output=\(folder)/out"])
    #expect(result.status == 4)
    #expect(result.errors.contains(place) && result.errors.contains(word))
    #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
  }

  @Test func `Peptides of other settings are not mixed in`() throws {
    let folder = try folder("other", list: "GG\n")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let words = ["dataset", folder + "/list.txt", "output=\(folder)/out"] + Self.settings
    #expect(try CommandRunner.run(arguments: words).status == 0)
    let result = try CommandRunner.run(arguments: words + ["temperature=320"])
    #expect(result.status == 4 && result.errors.contains("other settings"))
  }

  @Test func `The split holds every dipeptide once, and every residue first and last in the test`() throws {
    func read(_ name: String) throws -> [String] {
      try String(contentsOf: Self.root.appendingPathComponent("datasets/dipeptides/\(name).txt"), encoding: .utf8)
        .split(separator: "\n")
        .filter { !$0.hasPrefix("#") }.flatMap { $0.split(separator: " ").map(String.init) }
    }
    let (test, validation, train) = (try read("test"), try read("validation"), try read("train"))
    #expect(test.count >= 60 && validation.count == 40)
    let all = test + validation + train
    #expect(all.count == 400 && Set(all).count == 400)
    for residue in "ACDEFGHIKLMNPQRSTVWY" {
      #expect(test.contains { $0.first == residue } && test.contains { $0.last == residue })
    }
    let named = "KS KG AT GN LW KQ NY IM TD HT NF RL ET AC GP RV"
    #expect(named.split(separator: " ").allSatisfy { test.contains(String($0)) })
    // The shipped models have seen what is to train on, and nothing else.
    let shipped = Self.root.appendingPathComponent("systems/peptides")
    let models = try FileManager.default.contentsOfDirectory(at: shipped, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "safetensors" }
    #expect(models.count == 2)
    for model in models {
      let data = try Data(contentsOf: model)
      let length = data.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
      let header = try #require(
        try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length)) as? [String: Any])
      let metadata = try #require((header["__metadata__"] as? [String: String])?["model"])
      let described = try #require(try JSONSerialization.jsonObject(with: Data(metadata.utf8)) as? [String: Any])
      let provenance = try #require(described["provenance"] as? [String: String])
      let seen = try #require(provenance["peptides"]).split(separator: " ").map(String.init)
      #expect(!seen.isEmpty && Set(seen).isSubset(of: train), "\(model.lastPathComponent)")
    }
  }
}
