import Foundation
import Testing

/// `molsample train --set`, small and short.
@Suite struct TransferableTrainingTests {
  static let sizes = ["width=8", "heads=2", "layers=1", "head_width=8", "bins=4", "nodes=24", "harmonics=2"]
  static let settings = [
    "rounds=2", "energy_rounds=1", "pool=32", "batch=16", "peptides_at_once=2", "heated_fraction=0.3",
    "variance_focus=0.5", "feature_dropout=0.2", "seed=5",
  ]

  /// A set of two peptides and one to validate, none at equilibrium.
  private func makeSets() throws -> String {
    let folder = NSTemporaryDirectory() + "transferable-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, list) in [("train", "GG GA"), ("validation", "AG")] {
      let path = "\(folder)/\(name).txt"
      try list.write(toFile: path, atomically: true, encoding: .utf8)
      let made = try CommandRunner.run(
        arguments: ["dataset", path, "output=\(folder)/\(name)"] + DatasetTests.settings)
      #expect(made.status == 0, "\(made.errors)")
    }
    return folder
  }

  @Test func `One model draws peptides that it has not seen, and is the same for any number of threads`() throws {
    let folder = try makeSets()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func train(_ output: String, _ words: String..., resume: Bool = false) throws -> Data? {
      let outcome = try CommandRunner.run(
        arguments: [
          "train", "--set", "\(folder)/train", "--validation", "\(folder)/validation", "output=\(folder)/\(output)",
        ] + Self.sizes + Self.settings + words + (resume ? ["--resume"] : []))
      #expect(outcome.status == 0, "\(outcome.errors)")
      return FileManager.default.contents(atPath: "\(folder)/\(output)/best.safetensors")
    }
    let first = try #require(try train("a", "threads=1"))
    // Seconds in the metadata differ, parameters do not.
    func parameters(_ data: Data) -> Data {
      let length = data.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
      return data.dropFirst(8 + length)
    }
    #expect(parameters(try #require(try train("b", "threads=2"))) == parameters(first))
    let table = try String(contentsOfFile: "\(folder)/a/training.csv", encoding: .utf8)
    #expect(table.split(separator: "\n").count == 4)
    // A model that goes on from another carries the settings of both.
    let further = try CommandRunner.run(
      "train", "--set", "\(folder)/train", "--validation", "\(folder)/validation", "output=\(folder)/further", "pool=8",
      "init_from=\(folder)/a/best.safetensors", "rounds=1", "seed=77")
    #expect(further.status == 0, "\(further.errors)")
    let metadata = String(
      decoding: try #require(FileManager.default.contents(atPath: "\(folder)/further/model.safetensors")), as: UTF8.self
    )
    let recipes = metadata.components(separatedBy: "Resolved configuration").dropFirst()
    #expect(recipes.count == 2 && recipes[1].contains("seed: 5") && recipes[2].contains("seed: 77"))
    // Where only likelihood counts, the model of the best round is handed out; steps of this rate make rounds worse.
    for (weight, model) in [("variance_weight=0", "best"), ("variance_weight=1", "model")] {
      let output = "\(folder)/stopped-\(model)"
      let stopped = try CommandRunner.run(
        arguments: ["train", "--set", "\(folder)/train", "--validation", "\(folder)/validation", "output=\(output)"]
          + Self.sizes + ["rounds=3", "pool=32", "batch=16", "rate=1", "energy_rate=1", "average_decay=0.1", weight])
      #expect(stopped.status == 0 && stopped.output.contains("model=\(output)/\(model).safetensors"), "\(stopped)")
      #expect(stopped.errors.contains("described best after round") == (model == "best"), "\(stopped.errors)")
    }
    // Without a set of its own, a peptide of other residues and length.
    for (sequence, remark) in [
      ("VK", "it never saw the residues LYS, VAL"), ("ACE-SER-PRO-NME", "it never saw the caps ACE, NME"),
      ("GAG", "it saw peptides of 2 residues, and this has 3"),
    ] {
      let outcome = try CommandRunner.run(
        "sample", sequence, "model=\(folder)/a/best.safetensors", "samples=20", "output=\(folder)/samples.nc")
      #expect(outcome.status == 0 && outcome.errors.contains(remark), "\(outcome.errors)")
    }
    // What is unlike the training is said before, and stays in the summary.
    let run = try CommandRunner.run(
      "run", "ACE-SER-PRO-NME", "model=\(folder)/a/best.safetensors",
      "samples=100", "check=no", "temperature=400", "output=\(folder)/run")
    for remark in [
      "never saw the residues PRO, SER", "never saw the caps ACE, NME", "trained at 310 K, and 400 K",
    ] { #expect(run.errors.contains(remark), "\(run.errors)") }
    #expect(run.status == 3 && run.output.contains("never saw the caps"), "\(run.output)")
    let familiar = try CommandRunner.run(
      "run", "--sequence", "GA", "model=\(folder)/a/best.safetensors", "samples=100", "check=no",
      "output=\(folder)/familiar")
    #expect(familiar.errors.contains("was trained on this peptide"), "\(familiar.errors)")
    #expect(familiar.output.contains("ΔF(phi"), "\(familiar.output)")
    // Its mirror image has the same name and is another molecule.
    let mirrored = try String(contentsOfFile: "\(folder)/familiar/restarts/001.pdb", encoding: .utf8)
      .split(separator: "\n").map { line -> String in
        guard line.hasPrefix("ATOM"), let x = Double(line.dropFirst(30).prefix(8).trimmingPrefix { $0 == " " }) else {
          return String(line)
        }
        return line.prefix(30) + String(format: "%8.3f", -x) + line.dropFirst(38)
      }
    try mirrored.joined(separator: "\n").write(toFile: "\(folder)/mirrored.pdb", atomically: true, encoding: .utf8)
    let enantiomer = try CommandRunner.run(
      "run", "--pdb", "\(folder)/mirrored.pdb", "--force-field", "amber14", "--solvent", "obc1", "--cutoff", "2",
      "temperature=310", "model=\(folder)/a/best.safetensors", "samples=100", "check=no", "output=\(folder)/enantiomer")
    #expect(
      enantiomer.errors.contains("was not trained on this peptide")
        && enantiomer.errors.contains("handedness unlike L-amino acids, which are all it saw, at ALA-2:CA"),
      "\(enantiomer.errors)")
    // A table of a set, beside its reference where there is one.
    try "GG VK\n".write(toFile: "\(folder)/list.txt", atomically: true, encoding: .utf8)
    let evaluated = try CommandRunner.run(
      "evaluate", "--set", "\(folder)/list.txt", "--reference", "\(folder)/train", "samples=100",
      "model=\(folder)/a/best.safetensors", "output=\(folder)/evaluation")
    #expect(evaluated.status == 0 && evaluated.output.contains("2 peptides, N = 100 each"), "\(evaluated.errors)")
    let page = try String(contentsOfFile: "\(folder)/evaluation/evaluation.html", encoding: .utf8)
    #expect(page.contains("<h1>2 peptides</h1>") && page.contains("<td>VK</td>") && page.contains("<svg"))
    for reference in ["\(folder)/nowhere", folder] {
      let none = try CommandRunner.run(
        "evaluate", "--set", "\(folder)/list.txt", "--reference", reference, "model=\(folder)/a/best.safetensors")
      #expect(none.status == 4 && none.errors.contains("has none of the peptides"), "\(none.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/nowhere"))
    let rows = try String(contentsOfFile: "\(folder)/evaluation/evaluation.csv", encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 3 && rows[1][0] == "GG" && !rows[1][6].isEmpty && rows[2][6].isEmpty)
    let heated = try CommandRunner.run(
      "train", "--set", "\(folder)/train", "model=transferable-egnn", "heated_fraction=0.4", "output=\(folder)/heated")
    #expect(heated.status == 2 && heated.errors.contains("heated_fraction is of energies"), "\(heated.errors)")
    // A reference as `free-energy` leaves it: 1000 evaluations for an error of 0.5 kT. It comes before that of the data set, which has GG too.
    try FileManager.default.createDirectory(atPath: "\(folder)/references", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: "\(folder)/train/GG.nc", toPath: "\(folder)/references/GG.nc")
    try #"{"energy_evaluations": 1000, "free_energies": [{"name": "phi", "delta_f_kT": 1.25, "error_kT": 0.5}]}"#
      .write(toFile: "\(folder)/references/GG.json", atomically: true, encoding: .utf8)
    let single = try CommandRunner.run(
      "evaluate", "--set", "\(folder)/list.txt", "--reference", "\(folder)/references", "--reference",
      "\(folder)/train",
      "samples=1000", "--json", "model=transferable")
    let numbers = try #require(try JSONSerialization.jsonObject(with: Data(single.output.utf8)) as? [String: Any])
    let peptides = try #require(numbers["peptides"] as? [[String: Any]])
    #expect(peptides[0]["reference_delta_f_phi_kT"] as? Double == 1.25 && peptides[0]["torus_w2"] is Double)
    let own = try #require(peptides[0]["error_kT"] as? Double)
    #expect(peptides[0]["error_doubt"] is NSNull)
    let needed = try #require(peptides[0]["replica_exchange_energy_evaluations"] as? Double)
    #expect(abs(needed * own * own - 250) < 1e-6)
    #expect(try #require(peptides[0]["replica_exchange_seconds"] as? Double) > 0)
    #expect(peptides[1]["reference_delta_f_phi_kT"] is NSNull)
    // The price stands in the table for people too, where there is one.
    let priced = try CommandRunner.run(
      "evaluate", "--set", "\(folder)/list.txt", "--reference", "\(folder)/references", "samples=1000",
      "model=transferable")
    #expect(priced.output.contains("replica exchange, s") && !evaluated.output.contains("replica exchange, s"))
    try "{".write(toFile: "\(folder)/references/GG.json", atomically: true, encoding: .utf8)
    let damaged = try CommandRunner.run(
      "evaluate", "--set", "\(folder)/list.txt", "--reference", "\(folder)/references", "samples=100",
      "model=\(folder)/a/best.safetensors")
    #expect(damaged.status == 4 && damaged.errors.contains("GG.json: cannot be read"), "\(damaged.errors)")
    // A killed evaluation goes on where it was.
    func evaluate(_ words: String...) -> [String] {
      [
        "evaluate", "--set", "\(folder)/list.txt", "--reference", "\(folder)/train", "samples=100",
        "model=\(folder)/a/best.safetensors", "output=\(folder)/killed",
      ] + words
    }
    let progress = "\(folder)/killed/evaluation.progress.json"
    let process = try CommandRunner.start(evaluate())
    while process.isRunning, !FileManager.default.fileExists(atPath: progress) { usleep(2000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let unfinished = try CommandRunner.run(arguments: evaluate())
    #expect(unfinished.status == 2 && unfinished.errors.contains("add --resume"), "\(unfinished.errors)")
    let others = try CommandRunner.run(arguments: evaluate("--resume", "seed=1"))
    #expect(others.status == 4 && others.errors.contains("is of another model"), "\(others.errors)")
    let resumed = try CommandRunner.run(arguments: evaluate("--resume"))
    #expect(resumed.status == 0 && resumed.errors.contains("going on after 1 peptides"), "\(resumed.errors)")
    #expect(!FileManager.default.fileExists(atPath: progress))
    let shares = try String(contentsOfFile: "\(folder)/killed/evaluation.csv", encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).prefix(16) }
    #expect(shares == rows.map { $0.prefix(16) })
    // One that is done is shown again, and never replaced.
    let result = FileManager.default.contents(atPath: "\(folder)/killed/evaluation.json")
    let done = try CommandRunner.run(arguments: evaluate())
    #expect(done.status == 2 && done.errors.contains("holds this evaluation already"), "\(done.errors)")
    let shown = try CommandRunner.run(arguments: evaluate("--resume"))
    #expect(shown.status == 0 && shown.output == resumed.output, "\(shown.errors)")
    let replacing = try CommandRunner.run(arguments: evaluate("seed=1"))
    #expect(replacing.status == 4 && replacing.errors.contains("evaluation of other settings"), "\(replacing.errors)")
    #expect(result != nil && result == FileManager.default.contents(atPath: "\(folder)/killed/evaluation.json"))
    // What it does not know is refused, not taken for nothing.
    let cluster = try CommandRunner.run("sample", "lj13", "model=\(folder)/a/best.safetensors", "samples=20")
    #expect(cluster.status == 4 && cluster.errors.contains("does not know this molecule"), "\(cluster.errors)")
    let both = try CommandRunner.run("evaluate", "AK", "--set", "\(folder)/list.txt", "model=x.safetensors")
    #expect(both.status == 2 && both.errors.contains("exclude each other"))
    // A finished run is not overwritten; other settings do not go on from it.
    let again = try CommandRunner.run(
      arguments: ["train", "--set", "\(folder)/train", "output=\(folder)/a"] + Self.sizes + Self.settings)
    #expect(again.status == 2 && again.errors.contains("--resume"))
    let other = try CommandRunner.run(
      arguments: ["train", "--set", "\(folder)/train", "output=\(folder)/a", "--resume", "rate=0.1"] + Self.sizes
        + Self.settings)
    #expect(other.status == 4 && other.errors.contains("other settings"))
    // Frames of an isomer in a peptide's place.
    try FileManager.default.copyItem(atPath: "\(folder)/validation", toPath: "\(folder)/isomer")
    try FileManager.default.removeItem(atPath: "\(folder)/isomer/AG.nc")
    try FileManager.default.copyItem(atPath: "\(folder)/train/GA.nc", toPath: "\(folder)/isomer/AG.nc")
    let isomer = try CommandRunner.run("train", "--set", "\(folder)/isomer", "rounds=1", "output=\(folder)/of-isomer")
    #expect(isomer.status == 4 && isomer.errors.contains("AG.nc: holds frames of another molecule"), "\(isomer.errors)")
    try "AG\n".write(toFile: "\(folder)/isomer.txt", atomically: true, encoding: .utf8)
    let held = try CommandRunner.run(
      "evaluate", "--set", "\(folder)/isomer.txt", "--reference", "\(folder)/isomer", "samples=20",
      "model=\(folder)/a/best.safetensors")
    #expect(held.status == 4 && held.errors.contains("AG.nc: holds frames of another molecule"), "\(held.errors)")
    // A set that was made anew: only its table's seconds tell.
    let list = "\(folder)/train/dataset.csv"
    var kept = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let column = try #require(kept[0].firstIndex(of: "seconds"))
    for row in 1..<kept.count { kept[row][column] = "999" }
    try kept.map { $0.joined(separator: ",") + "\n" }.joined().write(toFile: list, atomically: true, encoding: .utf8)
    let anew = try CommandRunner.run(
      arguments: [
        "train", "--set", "\(folder)/train", "--validation", "\(folder)/validation", "output=\(folder)/a", "--resume",
      ] + Self.sizes + Self.settings)
    #expect(anew.status == 4 && anew.errors.contains("other settings or data"), "\(anew.errors)")
  }

  @Test func `Frames that a model draws take the place of others`() throws {
    let folder = try makeSets()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = "\(folder)/a/best.safetensors"
    let trained = try CommandRunner.run(
      arguments: ["train", "--set", "\(folder)/train", "output=\(folder)/a"] + Self.sizes + Self.settings)
    #expect(trained.status == 0, "\(trained.errors)")
    try "GG VK\n".write(toFile: "\(folder)/list.txt", atomically: true, encoding: .utf8)
    func draw(_ output: String, _ words: String...) throws -> CommandRunner.Outcome {
      try CommandRunner.run(arguments: ["dataset", "\(folder)/list.txt", "output=\(folder)/\(output)"] + words)
    }
    for (output, threads) in [("drawn", "1"), ("again", "2")] {
      let drawn = try draw(
        output, "model=\(model)", "samples=40", "most_samples=100", "frames=30", "threads=\(threads)")
      #expect(drawn.status == 0 && drawn.output.contains("2 peptides, 60 frames, 160 energy"), "\(drawn.errors)")
    }
    for name in ["GG.nc", "VK.nc"] {
      let first = try #require(FileManager.default.contents(atPath: "\(folder)/drawn/\(name)"))
      #expect(first == FileManager.default.contents(atPath: "\(folder)/again/\(name)"))
    }
    // GG is in both sets and counts once.
    let both = try CommandRunner.run(
      arguments: ["train", "--set", "\(folder)/train", "--set", "\(folder)/drawn", "output=\(folder)/b"] + Self.sizes
        + Self.settings)
    #expect(both.status == 0 && both.errors.contains("3 peptides to train on"), "\(both.errors)")
    // Another model, and words of the other kind of sets.
    let other = try draw("drawn", "model=\(folder)/b/best.safetensors", "samples=40", "most_samples=100", "frames=30")
    #expect(other.status == 4 && other.errors.contains("was sampled by other settings"), "\(other.errors)")
    let steps = try draw("steps", "model=\(model)", "steps=400")
    #expect(steps.status == 2 && steps.errors.contains("steps is of simulations"), "\(steps.errors)")
    let samples = try draw("samples", "samples=400")
    #expect(samples.status == 2 && samples.errors.contains("add model="), "\(samples.errors)")
  }

  @Test func `What is validated is not trained on, and a folder without a set is refused`() throws {
    let folder = try makeSets()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let both = try CommandRunner.run(
      "train", "--set", "\(folder)/train", "--validation", "\(folder)/train", "output=\(folder)/out")
    #expect(both.status == 2 && both.errors.contains("in the set that is trained on"))
    let nowhere = try CommandRunner.run("train", "--set", "\(folder)/nowhere", "output=\(folder)/out")
    #expect(nowhere.status == 4 && nowhere.errors.contains("is no data set"), "\(nowhere.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/nowhere"))
    let average = try CommandRunner.run(
      "train", "--set", "\(folder)/train", "output=\(folder)/out", "average_decay=1")
    #expect(average.status == 2 && average.errors.contains("below 1"), "\(average.errors)")
    let none = try CommandRunner.run("train", "--set", folder, "output=\(folder)/out")
    #expect(none.status == 4 && none.errors.contains("is no data set"))
  }
}
