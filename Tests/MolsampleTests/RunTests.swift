import Foundation
import Testing
import Trajectories

@Suite struct RunTests {
  /// Everything that a script relies on in `summary.json`.
  struct Summary: Decodable {
    var system: String
    var samples: Int
    var seed: UInt64
    var temperature_K: Double
    var ess: Double
    var ess_fraction: Double
    var ess_fraction_trimmed: Double
    var trim: String
    var largest_weight_share: Double
    var pareto_k: Double
    var log_z: Double
    var log_z_error: Double
    var error_bars_reliable: Bool
    var energy_evaluations: Int
    var seconds: Double
    var valid_structure_share: Double
    var forward_check: Check?
    var forward_ess_fraction: Double?
    var distances: [Distance]
    var resampled_samples: Int
    var verdict: String
    var reasons: [String]
    var free_energies: [FreeEnergy]

    struct Check: Decodable {
      var frames: Int
      var missed_share: Double
      var energy_evaluations: Int
    }

    struct Distance: Decodable {
      var name: String
      var value: Double
      var noise_floor: Double
    }

    struct FreeEnergy: Decodable {
      var name: String
      var delta_f_kT: Double?
      var error_kT: Double?
    }
  }

  @Test("Keys come from a file too, words win, and a chain teaches the model where that is asked for")
  func configurationFile() throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("run.yaml").path
    try "seed: 7\nsamples: 300\nmethod: importance\ncheck: no\nadapt: 1\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let output = folder.appendingPathComponent("run").path
    let outcome = try CommandRunner.run(
      "run", "alanine-dipeptide", "--config", file, "samples=256", "output=\(output)", "--json")
    // 256 draws are too few for any verdict but this.
    #expect(outcome.status == 0 || outcome.status == 3, "\(outcome.errors)")
    let summary = try JSONDecoder().decode(PartOfSummary.self, from: Data(outcome.output.utf8))
    #expect(summary.samples == 256 && summary.seed == 7 && summary.method == "importance")
    // 256 chains of 8 rounds of 40 steps, and more.
    #expect(summary.energy_evaluations > 256 * 8 * 40)
    #expect(FileManager.default.fileExists(atPath: output + "/adapted.safetensors"))
    let learned = try #require(summary.adaptation)
    #expect(learned.rounds == 1 && learned.energy_evaluations > 256 * 8 * 40 && learned.seconds > 0)
    let page = try String(contentsOfFile: output + "/report.html", encoding: .utf8)
    #expect(page.contains("the model learned from chains of this molecule for 1 rounds"))

    try "seed: 7\nsampels: 300\n".write(toFile: file, atomically: true, encoding: .utf8)
    let wrong = try CommandRunner.run("run", "alanine-dipeptide", "--config", file, "output=\(output)-2")
    #expect(wrong.status == 4 && wrong.errors.contains("line 2: unknown key 'sampels'"))
    #expect(!FileManager.default.fileExists(atPath: output + "-2"))
  }

  /// A sequence with a temperature and a solvent of its own.
  @Test("config.yaml of one call makes the same samples in another", arguments: ["run", "simulate"])
  func configurationOfAnotherCall(command: String) throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (first, second) = ("\(folder.path)/first", "\(folder.path)/second")
    let words =
      command == "run"
      ? ["samples=64", "model=force-field", "method=importance", "check=no"]
      : ["steps=20", "stride=10", "equilibration=10", "replicas=2", "time_step_fs=1"]
    let one = try CommandRunner.run(
      arguments: [command, "--sequence", "GA", "--solvent", "obc2", "temperature=350", "seed=9", "output=\(first)"]
        + words)
    #expect(one.status == 0 || one.status == 3, "\(one.errors)")
    let other = try CommandRunner.run(arguments: [command, "--config", first + "/config.yaml", "output=\(second)"])
    #expect(other.status == one.status, "\(other.errors)")
    for name in [command == "run" ? "ensemble.nc" : "trajectory.nc", "config.yaml"] {
      let files = try [first, second].map { try Data(contentsOf: URL(fileURLWithPath: "\($0)/\(name)")) }
      #expect(files[0] == files[1], "\(name)")
    }
    let twice = try CommandRunner.run(
      command, "AC", "--config", first + "/config.yaml", "output=\(folder.path)/third")
    #expect(twice.status == 2 && twice.errors.contains("says what the system is"), "\(twice.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/third"))
  }

  private struct PartOfSummary: Decodable {
    var samples: Int
    var seed: UInt64
    var method: String
    var model: String
    var model_scope: [String]?
    var energy_evaluations: Int
    var adaptation: Adaptation?

    struct Adaptation: Decodable {
      var rounds: Int
      var energy_evaluations: Int
      var seconds: Double
    }
  }

  /// Without a word about a model: the one for all peptides, or a first guess where it has no words for the residues.
  @Test(arguments: [("GA", "transferable"), ("ACE-ASH-NME", "force-field")])
  func `A sequence finds its model, and a residue that none knows is named`(sequence: String, model: String) throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try CommandRunner.run(
      "run", "--sequence", sequence, "samples=64", "method=importance", "check=no", "output=\(folder.path)/run",
      "--json")
    #expect(outcome.status == 0 || outcome.status == 3, "\(outcome.errors)")
    let summary = try JSONDecoder().decode(PartOfSummary.self, from: Data(outcome.output.utf8))
    #expect(summary.model == model && summary.adaptation == nil)
    let isUnknown = model == "force-field"
    #expect(outcome.errors.contains("no trained model knows ASH-2 with an atom") == isUnknown, "\(outcome.errors)")
    #expect(summary.model_scope?.count == (isUnknown ? 1 : 0))
  }

  /// What of a molecule and its energy is unlike the training of the shipped model.
  @Test(arguments: [
    ("GGGGGGGGGGGG", [], ["it saw peptides of 2 residues, and this has 12"]),
    (
      "GA", ["--force-field", "amber96", "--solvent", "obc1", "--cutoff", "2"],
      ["trained on amber14, and this is amber96"]
    ),
    (
      "GA", ["--force-field", "amber14", "--solvent", "gbn2", "--cutoff", "1"],
      ["trained in obc1, and this is in gbn2", "trained with a cutoff of 2 nm, and this has 1 nm"]
    ),
    (
      "GA",
      [
        "--force-field", "amber14", "--solvent", "obc1", "--cutoff", "2", "--solvent-dielectric", "4", "--surface-area",
        "false",
      ],
      ["a dielectric constant of the solvent of 78.5, and this has 4", "with a surface-area term, and this has none"]
    ), ("GA", ["temperature=400"], ["trained at 310 K, and 400 K"]),
  ])
  func `What a model does not know is said before it draws`(
    sequence: String, words: [String], remarks: [String]
  ) throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try CommandRunner.run(
      arguments: ["sample", "--sequence", sequence, "samples=8", "output=\(folder.path)/samples.nc"] + words)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for remark in remarks { #expect(outcome.errors.contains(remark), "\(outcome.errors)") }
    #expect(
      outcome.errors.components(separatedBy: "\n  it was").count == (remarks[0].contains("12") ? 1 : remarks.count + 1))
  }

  @Test(
    "A run writes ensemble, summary and configuration, and is the same for any number of threads",
    arguments: [nil, "force-field"])
  func run(model: String?) throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for threads in [1, 2] {
      let outcome = try CommandRunner.run(
        arguments: [
          "run", "alanine-dipeptide", "samples=3000", "seed=7", "threads=\(threads)",
          "output=\(folder.path)/\(threads)",
          "--json",
        ] + (model.map { ["model=\($0)"] } ?? []))
      // Not converged has an exit code of its own.
      #expect(outcome.status == (model == "force-field" ? 3 : 0), "\(outcome.errors)")
      let printed = try JSONDecoder().decode(Summary.self, from: Data(outcome.output.utf8))
      let data = try Data(contentsOf: folder.appendingPathComponent("\(threads)/summary.json"))
      let summary = try JSONDecoder().decode(Summary.self, from: data)
      #expect(summary.log_z == printed.log_z)
      #expect(summary.system == "alanine-dipeptide" && summary.samples == 3000 && summary.seed == 7)
      #expect(summary.temperature_K == 300 && summary.samples == 3000)
      // The pilot draws 2000.
      #expect(summary.energy_evaluations == 5000 + (summary.forward_check?.energy_evaluations ?? 0))
      #expect(summary.distances.map(\.name).contains("torus-w2"))
      #expect(!summary.reasons.isEmpty)
      #expect(abs(summary.ess / 3000 - summary.ess_fraction) < 1e-12)
      #expect(summary.free_energies.map(\.name) == ["phi"])
      if model == "force-field" {
        // The tail of these weights allows no error bar, and the summary says so.
        #expect(
          summary.verdict == "not converged" && summary.forward_check == nil && summary.pareto_k > 0.7
            && !summary.error_bars_reliable)
      } else {
        // The shipped model has 94.6 % at N = 100,000, of which 8 % are given for more draws on the rare side.
        #expect(summary.ess_fraction > 0.8 && summary.pareto_k < 0.7 && summary.error_bars_reliable)
        // Smaller flows give −195.32 as well.
        #expect(abs(summary.log_z + 195.325) < 0.03)
        #expect(summary.verdict == "trusted", "\(summary.reasons)")
        #expect(summary.forward_check?.missed_share == 0 && (summary.forward_ess_fraction ?? 0) > 0.85)
        #expect(summary.valid_structure_share > 0.999)
        #expect(abs(Double(summary.resampled_samples) - summary.ess) <= 1)
        let phi = try #require(summary.free_energies.first)
        #expect(abs(phi.delta_f_kT! - 3.871) < 5 * (phi.error_kT! + 0.045))
      }
    }
    let one = try Data(contentsOf: folder.appendingPathComponent("1/ensemble.nc"))
    #expect(one == (try Data(contentsOf: folder.appendingPathComponent("2/ensemble.nc"))))
    #expect(one.prefix(4) == Data("CDF\u{2}".utf8))
    for name in ["resampled.nc", "weights.npy", "free_energy.csv", "restarts/001.rst7", "restarts/001.pdb"] {
      let file = try Data(contentsOf: folder.appendingPathComponent("1/\(name)"))
      #expect(file == (try Data(contentsOf: folder.appendingPathComponent("2/\(name)"))), "\(name)")
    }
    let weights = try NumPyArray(path: folder.appendingPathComponent("1/weights.npy").path)
    #expect(weights.shape == [3000] && abs(weights.values.reduce(0, +) - 1) < 1e-12)
    let page = try String(contentsOf: folder.appendingPathComponent("1/report.html"), encoding: .utf8)
    // Nothing leaves the page.
    #expect(page.contains("<svg") && !page.contains("src=") && !page.contains("@import") && !page.contains("url(http"))
    let yaml = try String(contentsOf: folder.appendingPathComponent("1/config.yaml"), encoding: .utf8)
    #expect(yaml.contains("seed: 7") && yaml.contains("amber99_obc"))
  }

  /// The samples of a run at one state, weighted for another, are those of a run at the other: the same draws.
  @Test("Reweighting to a temperature or a force field gives what a run there gives")
  func reweight() throws {
    struct Reweighted: Decodable {
      var energies_recomputed: Bool
      var ess: Double
      var overlap: Double
      var delta_f_kT: Double
      var error_kT: Double
      var free_energies: [Summary.FreeEnergy]
    }
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = "model=systems/alanine-dipeptide/autoregressive.safetensors"
    func run(_ name: String, _ more: [String]) throws -> Summary {
      let outcome = try CommandRunner.run(
        arguments: [
          "run", "alanine-dipeptide", "samples=2000", "seed=5", model, "check=no", "output=\(folder.path)/\(name)",
          "--json",
        ] + more)
      return try JSONDecoder().decode(Summary.self, from: Data(outcome.output.utf8))
    }
    let base = try run("base", [])
    for (name, words, isExact) in [
      ("warm", ["temperature=330"], true), ("other", ["--force-field", "amber96", "--solvent", "obc1"], false),
    ] {
      let expected = try run(name, words)
      let outcome = try CommandRunner.run(
        arguments: ["reweight", "alanine-dipeptide", "--input", "\(folder.path)/base", "--json"] + words)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let found = try JSONDecoder().decode(Reweighted.self, from: Data(outcome.output.utf8))
      let tolerance = isExact ? 1e-9 : 0.02
      #expect(found.energies_recomputed == !isExact)
      #expect(abs(found.delta_f_kT - (base.log_z - expected.log_z)) < tolerance, "\(name): \(found)")
      #expect(abs(found.ess / expected.ess - 1) < 10 * tolerance)
      #expect(found.overlap > 0 && found.overlap < 1 && found.error_kT > 0)
    }
    let foreign = try CommandRunner.run("reweight", "AC", "--input", "\(folder.path)/base")
    #expect(foreign.status == 4 && foreign.errors.contains("another molecule"))
  }

  /// 201 samples are a whole population and one more.
  @Test("Samples that depend on each other do so after reweighting", arguments: ["smc", "mcmc"])
  func dependentSamples(method: String) throws {
    struct Reweighted: Decodable {
      var error_kT: Double
      var free_energies: [Summary.FreeEnergy]
    }
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try CommandRunner.run(
      "run", "alanine-dipeptide", "samples=201", "seed=5", "method=\(method)", "check=no", "output=\(folder.path)/run")
    #expect([0, 3].contains(run.status), "\(run.errors)")
    func reweighted(_ input: String) throws -> Reweighted {
      let outcome = try CommandRunner.run(
        "reweight", "alanine-dipeptide", "--input", "\(folder.path)/\(input)", "temperature=310", "--json")
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try JSONDecoder().decode(Reweighted.self, from: Data(outcome.output.utf8))
    }
    let once = try reweighted("run")
    let frames = try AmberTrajectoryReader(path: "\(folder.path)/run/reweighted/ensemble.nc")
    #expect(frames.frameCount == 201)
    let walkers = try #require(try frames.values(of: .replica))
    #expect(Set(walkers).count > 1)
    #expect(walkers == (try AmberTrajectoryReader(path: "\(folder.path)/run/ensemble.nc").values(of: .replica)))
    // To the temperature that it is of: weights do not change, nor may errors.
    let twice = try reweighted("run/reweighted")
    #expect(twice.free_energies[0].error_kT == once.free_energies[0].error_kT)
  }

  @Test(
    "A run that is killed goes on to the same bytes when the command is given again",
    arguments: ["autoregressive", "force-field"])
  func resume(model: String) throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    func arguments(_ name: String) -> [String] {
      [
        "run", "alanine-dipeptide", "samples=12000", "seed=3", "model=\(model)", "check=no",
        "output=\(folder.path)/\(name)",
      ]
    }
    let whole = try CommandRunner.start(arguments("whole"))
    whole.waitUntilExit()
    // Without the check nothing is trusted, but it is an ensemble; the other model's weights are none.
    let expectedStatus: Int32 = model == "force-field" ? 3 : 0
    #expect(whole.terminationStatus == expectedStatus)

    let unfinished = folder.appendingPathComponent("killed/ensemble.nc.unfinished")
    for _ in 0..<3 {
      let process = try CommandRunner.start(arguments("killed"))
      let before = size(of: unfinished)
      // Killed once more samples are on disk than before, at whatever it does just then.
      while process.isRunning, size(of: unfinished) <= before + 100_000 { usleep(2000) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("killed/ensemble.nc").path))
    let last = try CommandRunner.start(arguments("killed"))
    last.waitUntilExit()
    #expect(last.terminationStatus == expectedStatus)
    let expected = try Data(contentsOf: folder.appendingPathComponent("whole/ensemble.nc"))
    #expect(expected == (try Data(contentsOf: folder.appendingPathComponent("killed/ensemble.nc"))))
    #expect(!FileManager.default.fileExists(atPath: unfinished.path))
  }

  @Test("Ctrl-C ends a run with its own exit code, and the run can go on")
  func interrupt() throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let arguments = ["run", "alanine-dipeptide", "samples=300000", "model=force-field", "output=\(folder.path)/run"]
    let process = try CommandRunner.start(arguments)
    let unfinished = folder.appendingPathComponent("run/ensemble.nc.unfinished")
    while process.isRunning, size(of: unfinished) < 100_000 { usleep(2000) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 5)
    #expect(size(of: unfinished) >= 100_000)
  }

  @Test("Samples of other settings are not replaced, and an error needs a free-energy difference")
  func otherSettings() throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appendingPathComponent("run").path
    func run(_ words: String...) throws -> CommandRunner.Outcome {
      try CommandRunner.run(
        arguments: ["run", "alanine-dipeptide", "model=force-field", "samples=300", "check=no", "output=\(output)"]
          + words)
    }
    #expect(try run("seed=1").status == 3)
    let ensemble = try Data(contentsOf: URL(fileURLWithPath: output + "/ensemble.nc"))
    let configuration = try Data(contentsOf: URL(fileURLWithPath: output + "/config.yaml"))
    let other = try run("seed=2")
    #expect(other.status == 2 && other.errors.contains("was drawn with other settings"), "\(other.errors)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: output + "/ensemble.nc")) == ensemble)
    #expect(try Data(contentsOf: URL(fileURLWithPath: output + "/config.yaml")) == configuration)
    #expect(try run("seed=1").status == 3)
    let aimless = try CommandRunner.run(
      "run", "--sequence", "ACE-GLY-NME", "--force-field", "amber14", "error_kT=0.1", "output=\(output)-2")
    #expect(aimless.status == 2 && aimless.errors.contains("names none"), "\(aimless.errors)")
    #expect(!FileManager.default.fileExists(atPath: output + "-2"))
  }

  private func size(of file: URL) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
  }
}
