import Foundation
import Testing

/// `simulate`, `analyze` and `free-energy` from outside.
@Suite struct SimulateTests {
  /// A short replica exchange of alanine dipeptide: two temperatures, eight walkers each.
  static let settings = [
    "alanine-dipeptide", "temperatures=300,450", "replicas=8", "steps=1200", "stride=100", "equilibration=200",
    "exchange_interval=50", "seed=3", "keep=all",
  ]
  static let results = ["trajectory.nc", "trajectory-1.nc", "energies.csv", "simulation.json", "config.yaml"]

  static func simulate(_ folder: URL, _ more: String..., settings: [String] = settings) throws -> CommandRunner.Outcome
  {
    try CommandRunner.run(arguments: ["simulate"] + settings + ["output=\(folder.path)"] + more)
  }

  static func bytes(_ folder: URL) throws -> [String: Data] {
    Dictionary(
      uniqueKeysWithValues: try results.map { ($0, try Data(contentsOf: folder.appendingPathComponent($0))) })
  }

  static func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  static func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("Same bytes for any number of threads, after a kill, and for a run made longer")
  func reproducible() throws {
    try Self.inFolder { place in
      let reference = place.appendingPathComponent("reference")
      let first = try Self.simulate(reference, "threads=1", "--json")
      #expect(first.status == 0, "\(first.errors)")
      let report = try Self.json(first.output)
      #expect(report["frames_per_state"] as? Int == 96)
      #expect((report["states"] as? [[String: Any]])?.count == 2)
      let expected = try Self.bytes(reference)

      let threaded = place.appendingPathComponent("threaded")
      #expect(try Self.simulate(threaded, "threads=3").status == 0)
      #expect(try Self.bytes(threaded) == expected)

      let killed = place.appendingPathComponent("killed")
      let process = try CommandRunner.start(
        ["simulate"] + Self.settings + ["output=\(killed.path)", "checkpoint_seconds=0"])
      // Killed once it has a checkpoint, or over already: both must resume to the same end.
      while process.isRunning,
        !FileManager.default.fileExists(atPath: killed.appendingPathComponent("checkpoint.json").path)
      {
        usleep(2_000)
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(try Self.simulate(killed, "--resume").status == 0)
      #expect(try Self.bytes(killed) == expected)

      let longer = place.appendingPathComponent("longer")
      let short = Self.settings.map { $0 == "steps=1200" ? "steps=500" : $0 }
      #expect(try Self.simulate(longer, settings: short).status == 0)
      #expect(try Self.simulate(longer, "--resume").status == 0)
      #expect(try Self.bytes(longer) == expected)

      let other = try Self.simulate(longer, "--resume", settings: Self.settings.map { $0 == "seed=3" ? "seed=4" : $0 })
      #expect(other.status == 4 && other.errors.contains("other settings"))
      let again = try Self.simulate(longer)
      #expect(again.status == 2 && again.errors.contains("--resume"))
    }
  }

  @Test("Analyses of a simulation print what they find and write what they say")
  func analyses() throws {
    try Self.inFolder { place in
      let run = place.appendingPathComponent("run")
      #expect(try Self.simulate(run).status == 0)
      let analysis = try CommandRunner.run(
        "analyze", "alanine-dipeptide", "--input", run.path, "--reference",
        run.appendingPathComponent("trajectory-1.nc").path, "--json", "transport_samples=50")
      #expect(analysis.status == 0, "\(analysis.errors)")
      let found = try Self.json(analysis.output)
      #expect(found["frames"] as? Int == 96 && found["walkers"] as? Int == 8)
      let distances = try #require(found["distances"] as? [[String: Any]])
      let energyDistance = try #require(distances.first { $0["name"] as? String == "energy-w1" }?["value"] as? Double)
      // 150 K more at 60 internal degrees of freedom are about 15 kT of energy; equal temperatures would give below 3.
      #expect(energyDistance > 5 && energyDistance < 40)
      for file in try #require(found["files"] as? [String]) {
        let size = try Data(contentsOf: run.appendingPathComponent("analysis/\(file)")).count
        #expect(size > 100, "\(file)")
      }

      let free = try CommandRunner.run(
        "free-energy", "alanine-dipeptide", "--input", run.path, "--cv", "phi", "range=-2.5,0", "--json")
      #expect(free.status == 0, "\(free.errors)")
      let result = try Self.json(free.output)
      #expect(result["temperature_K"] as? Double == 300 && result["states"] as? Int == 2)
      let energies = try #require(result["free_energies"] as? [[String: Any]]).first
      let kT = try #require(energies?["delta_f_kT"] as? Double),
        kJ = try #require(energies?["delta_f_kJ_mol"] as? Double)
      #expect(abs(kJ / kT - 2.494) < 0.001)
      #expect(try #require(energies?["error_kT"] as? Double) > 0)
      #expect(
        FileManager.default.fileExists(atPath: run.appendingPathComponent("free-energy/profile-phi.svg").path))
    }
  }

  @Test("A single trajectory and a weighted ensemble have free energies too")
  func singleStates() throws {
    try Self.inFolder { place in
      let run = place.appendingPathComponent("run"), ensemble = place.appendingPathComponent("ensemble")
      #expect(try Self.simulate(run).status == 0)
      #expect(
        try CommandRunner.run(
          "run", "alanine-dipeptide", "samples=3000", "seed=2", "model=force-field", "output=\(ensemble.path)"
        ).status == 3)
      for input in [
        run.appendingPathComponent("trajectory.nc"), ensemble, ensemble.appendingPathComponent("ensemble.nc"),
      ] {
        let free = try CommandRunner.run(
          "free-energy", "alanine-dipeptide", "--input", input.path, "--cv", "phi", "range=-2.5,0", "--json",
          "output=\(place.path)/free")
        #expect(free.status == 0, "\(free.errors)")
        let energies = try #require(try Self.json(free.output)["free_energies"] as? [[String: Any]])
        #expect(energies.count == 1 && energies[0]["delta_f_kT"] is Double, "\(energies)")
        let analysis = try CommandRunner.run(
          "analyze", "alanine-dipeptide", "--input", input.path, "output=\(place.path)/analysis")
        #expect(analysis.status == 0 && analysis.output.contains("frames"), "\(analysis.errors)")
      }
      let mixed = try CommandRunner.run(
        "free-energy", "alanine-dipeptide", "--input", run.path, "--input", ensemble.path, "output=\(place.path)/mixed")
      #expect(mixed.status == 2 && mixed.errors.contains("weighted"))
    }
  }

  @Test("Half of the walkers begin with a cis peptide bond before proline, where that is asked for")
  func prolineIsomers() throws {
    try Self.inFolder { place in
      for (word, difference) in [("yes", 0.0 as Double?), ("no", nil)] {
        let run = place.appendingPathComponent(word)
        let outcome = try CommandRunner.run(
          "simulate", "--sequence", "GP", "replicas=4", "temperatures=310,350", "proline_isomers=\(word)", "steps=400",
          "stride=100", "equilibration=0", "output=\(run.path)")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let free = try CommandRunner.run(
          "free-energy", "--sequence", "GP", "--input", run.path, "--cv", "omega", "range=-1.5,1.5", "--json",
          "output=\(place.path)/free")
        let energies = try #require(try Self.json(free.output)["free_energies"] as? [[String: Any]])
        #expect(energies[0]["delta_f_kT"] as? Double == difference, "\(energies)")
      }
    }
  }

  @Test("Mistakes are answered with what was expected")
  func mistakes() throws {
    try Self.inFolder { place in
      // Two frames of 22 atoms as NumPy writes them, the last coordinate of which is no number.
      let description = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 22, 3), }"
      var numpy = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0])
      numpy.append(Data((description.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n").utf8))
      for number in 0..<132 {
        withUnsafeBytes(of: (number == 131 ? .nan : Double(number)).bitPattern.littleEndian) {
          numpy.append(contentsOf: $0)
        }
      }
      try numpy.write(to: place.appendingPathComponent("frames.npy"))
      for (words, status, text) in [
        (["simulate", "AA", "method=magic"], Int32(2), "langevin"),
        (["simulate", "AA", "leapfrog_steps=5"], 2, "means nothing to method=langevin"),
        (["simulate", "AA", "method=hmc", "friction_per_ps=1"], 2, "hydrogen_mass, leapfrog_steps, time_step_fs"),
        (["simulate", "AA", "temperatures=300,200"], 2, "ascending"),
        (["simulate", "AA", "steps=0"], 2, "steps"),
        (["simulate", "AA", "umbrella=omega"], 2, "one of: phi"),
        (["simulate", "lj13", "umbrella=phi"], 2, "free_energies"),
        (["simulate", "AA", "max_temperature=100"], 2, "max_temperature"),
        (["simulate", "alanine-dipeptide", "time_step_fs=40", "steps=200", "output=\(place.path)/a"], 1, "too long"),
        (["free-energy", "alanine-dipeptide", "--input", "\(place.path)/none"], 4, "no such file"),
        (["free-energy", "alanine-dipeptide", "--input", place.path], 4, "simulation.json"),
        (["free-energy", "alanine-dipeptide"], 2, "--input"),
        (["analyze", "alanine-dipeptide", "--input", "/dev/null"], 4, "/dev/null"),
        (["analyze", "alanine-dipeptide", "--input", "\(place.path)/frames.npy"], 4, "nan in frame 1"),
      ] {
        let outcome = try CommandRunner.run(arguments: words)
        #expect(
          outcome.status == status && outcome.errors.contains(text), "\(words): \(outcome.status) \(outcome.errors)")
        #expect(!outcome.wasKilled)
      }
    }
  }
}
