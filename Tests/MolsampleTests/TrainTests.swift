import Foundation
import Testing
import Trajectories

@Suite struct TrainTests {
  private static let small = [
    "train", "alanine-dipeptide", "likelihood_rounds=3", "energy_rounds=3", "pool=512", "batch=64", "width=8",
    "heads=2",
    "head_width=8", "layers=1", "torsion_bins=6",
  ]

  @Test("Training writes a model, goes on after a kill to the same bytes, and its model runs and is evaluated")
  func trainAndUse() throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    func train(_ name: String, _ more: String...) -> [String] {
      Self.small + ["output=\(folder.path)/\(name)", "checkpoint_seconds=0"] + more
    }
    let whole = try CommandRunner.run(arguments: train("whole", "threads=2"))
    #expect(whole.status == 0 && whole.output.contains("written"), "\(whole.errors)")
    let again = try CommandRunner.run(arguments: train("whole"))
    #expect(again.status == 2 && again.errors.contains("--resume"))

    let table = folder.appendingPathComponent("killed/training.csv")
    func lines() -> Int { ((try? String(contentsOf: table, encoding: .utf8)) ?? "").split(separator: "\n").count }
    for _ in 0..<2 {
      let process = try CommandRunner.start(train("killed", "threads=1", "--resume"))
      let before = lines()
      while process.isRunning, lines() <= before + 1 { usleep(2000) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let last = try CommandRunner.run(arguments: train("killed", "--resume"))
    #expect(last.status == 0, "\(last.errors)")
    for file in ["model.safetensors", "best.safetensors", "training.csv", "training.svg", "config.yaml"] {
      let expected = try Data(contentsOf: folder.appendingPathComponent("whole/\(file)"))
      #expect(expected == (try Data(contentsOf: folder.appendingPathComponent("killed/\(file)"))), "\(file)")
    }

    let model = "model=\(folder.path)/whole/model.safetensors"
    let run = try CommandRunner.run(
      "run", "alanine-dipeptide", model, "samples=500", "output=\(folder.path)/run", "--json")
    // A model of six rounds is not converged.
    #expect(run.status == 3 && run.output.contains("log_z"), "\(run.errors)")
    let evaluation = try CommandRunner.run(
      "evaluate", "alanine-dipeptide", model, "samples=500", "transport_samples=100", "--json")
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    let result = try #require(
      try JSONSerialization.jsonObject(with: Data(evaluation.output.utf8)) as? [String: Any])
    #expect(result["correct_chirality_fraction"] as? Double == 1)
    #expect(result["negative_log_likelihood"] is Double && result["forward_ess_fraction"] is Double)
    #expect((result["distances"] as? [[String: Any]])?.count == 4)
  }

  /// Other kinds of flows and objectives through the command, resumed in the middle.
  @Test(
    "Every kind of flow and objective trains, and its model is drawn from",
    arguments: [
      ("coupling", "alpha_two"), ("cartesian", "mixed"), ("autoregressive", "reverse_kl"),
    ])
  func otherRecipes(model: String, objective: String) throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let trained = try CommandRunner.run(
      "train", "alanine-dipeptide", "model=\(model)", "objective=\(objective)", "width=8", "likelihood_rounds=2",
      "energy_rounds=2", "pool=256", "batch=64", "output=\(folder.path)/t")
    #expect(trained.status == 0 && trained.output.contains("\(model) flow"), "\(trained.errors)")
    let rows = try String(contentsOf: folder.appendingPathComponent("t/training.csv"), encoding: .utf8)
    #expect(rows.split(separator: "\n").count == 5 && rows.contains(objective))
    let file = folder.appendingPathComponent("draws.nc").path
    let drawn = try CommandRunner.run(
      "sample", "alanine-dipeptide", "model=\(folder.path)/t/best.safetensors", "samples=300", "output=\(file)")
    #expect(drawn.status == 0, "\(drawn.errors)")
    let reader = try AmberTrajectoryReader(path: file)
    let logQ = try #require(try reader.values(of: .logProposal))
    #expect(logQ.count == 300 && Set(logQ).count == 300)
  }

  @Test("Mistakes are answered with what was expected")
  func mistakes() throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let foreign = folder.appendingPathComponent("foreign.safetensors")
    try Data("not a model".utf8).write(to: foreign)
    for (words, status, message) in [
      (["train", "AK", "output=\(folder.path)/x"], Int32(2), "reference ensemble"),
      (["train", "alanine-dipeptide", "heads=5"], 2, "multiple of heads"),
      (["train", "alanine-dipeptide", "data=none", "likelihood_rounds=5"], 2, "likelihood_rounds"),
      (["train", "alanine-dipeptide", "width=12.5"], 2, "whole numbers"),
      (["train", "alanine-dipeptide", "model=coupling", "heads=2"], 2, "unknown key 'heads'"),
      (["train", "alanine-dipeptide", "model=nice"], 2, "autoregressive, coupling, cartesian"),
      (["train", "alanine-dipeptide", "objective=mse"], 2, "alpha_two"),
      (["train", "alanine-dipeptide", "data=none", "objective=mixed"], 2, "needs frames"),
      (["train", "alanine-dipeptide", "data=none", "model=cartesian"], 2, "needs frames"),
      (["train", "alanine-dipeptide", "batch=1000", "pool=100"], 2, "pool=100"),
      (["train", "alanine-dipeptide", "data=trajectories/AC.nc", "output=\(folder.path)/y"], 4, "atoms"),
      (["run", "AC", "model=autoregressive"], 2, "no trained autoregressive model"),
      (["run", "alanine-dipeptide", "model=\(foreign.path)"], 4, "is not a model"),
      (["run", "AC", "model=systems/alanine-dipeptide/autoregressive.safetensors"], 4, "another molecule"),
    ] {
      let outcome = try CommandRunner.run(arguments: words)
      #expect(
        outcome.status == status && outcome.errors.contains(message), "\(words): \(outcome.status), \(outcome.errors)")
    }
  }
}
