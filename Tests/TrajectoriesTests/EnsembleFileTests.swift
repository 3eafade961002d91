import Energies
import Foundation
import Testing
import Trajectories

@Suite("Ensemble files")
struct EnsembleFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("energies, weights and provenance come back bit for bit")
  func roundTrip() throws {
    let path = folder.file("ensemble.nc")
    let ensemble = try SampleFrames.ensemble(count: 40)
    try EnsembleFile.write(ensemble, to: path)
    #expect(folder.contents == ["ensemble.nc"])
    let found = try EnsembleFile.read(path: path)
    #expect(found.values == ensemble.values)
    #expect(found.provenance == ensemble.provenance)
    #expect(found.configurations == throughFloatAngstrom(ensemble.configurations))
    #expect(found.sampleIDs == Array(0..<40) && found.parentIDs?.last == 19)
    let reader = try AmberTrajectoryReader(path: path)
    #expect(reader.frameVariables.first { $0.name == "potential_energy" }?.units == "kilojoule/mole")
    #expect(reader.number("temperature") == 300 && reader.text("seed") == "18446744073709551557")
    #expect(try reader.values(of: .logProposal, frames: 3..<5) == Array(ensemble.logProposals![3..<5]))
    #expect(try reader.values(of: FrameVariable("absent")) == nil)
  }

  @Test("a further per-frame variable needs nothing but its name")
  func furtherVariable() throws {
    let work = FrameVariable("path_work", units: "kT")
    var ensemble = try SampleFrames.ensemble(count: 3)
    ensemble.values[work] = [1, 2.5, -.infinity]
    try EnsembleFile.write(ensemble, to: folder.file("work.nc"))
    #expect(try EnsembleFile.read(path: folder.file("work.nc")).values[work] == [1, 2.5, -.infinity])
  }

  @Test("weights are normalised in log space, far outside the range of exp")
  func normalisation() throws {
    let configurations = SampleFrames.configurations(count: 4, atoms: 2)
    let ensemble = try Ensemble(
      configurations: configurations, logWeights: [-5000, -5000 + log(2), -.infinity, -5000],
      provenance: SampleFrames.provenance)
    // exp and log each round to 2⁻⁵² of 5000 at most.
    #expect(largestDifference(ensemble.logWeights.map { exp($0) }, [0.25, 0.5, 0, 0.25]) < 2e-12)
    try EnsembleFile.write(ensemble, to: folder.file("far.nc"))
    #expect(try EnsembleFile.read(path: folder.file("far.nc")).logWeights == ensemble.logWeights)
  }

  @Test("weights that cannot be normalised, or are not, are errors")
  func badWeights() throws {
    let configurations = SampleFrames.configurations(count: 2, atoms: 2)
    func ensemble(_ logWeights: [Double]) throws -> Ensemble {
      try Ensemble(configurations: configurations, logWeights: logWeights, provenance: SampleFrames.provenance)
    }
    #expect(throws: WeightError.allZero) { try ensemble([-.infinity, -.infinity]) }
    #expect(throws: WeightError.notFinite(sample: 1, logWeight: .infinity)) { try ensemble([0, .infinity]) }
    #expect(throws: WeightError.self) { try ensemble([0, .nan]) }
    var spoilt = try ensemble([0, 0])
    spoilt.values[.logWeight] = [0, 0]
    #expect(throws: WeightError.notNormalised(logSum: log(2))) {
      try EnsembleFile.write(spoilt, to: folder.file("spoilt.nc"))
    }
    #expect(folder.contents.isEmpty)
  }

  @Test("a run that was killed resumes from its unfinished file to the same bytes")
  func resuming() throws {
    let ensemble = try SampleFrames.ensemble(count: 30)
    let declared: [FrameVariable] = [.potentialEnergy, .reducedPotential, .logProposal]
    func append(_ range: Range<Int>, to writer: EnsembleWriter) throws {
      var values: [FrameVariable: [Double]] = [:]
      for variable in declared { values[variable] = Array(ensemble.values[variable]![range]) }
      try writer.append(ensemble.configurations.slice(range), values: values)
    }
    func create(_ path: String) throws -> EnsembleWriter {
      try EnsembleWriter(path: path, atomCount: 4, variables: declared, provenance: ensemble.provenance)
    }
    let once = folder.file("once.nc")
    let uninterrupted = try create(once)
    try append(0..<30, to: uninterrupted)
    try uninterrupted.finish(logWeights: ensemble.logWeights)

    let path = folder.file("resumed.nc")
    do {
      let interrupted = try create(path)
      try append(0..<12, to: interrupted)
      try interrupted.synchronise()
      try append(12..<20, to: interrupted)
    }
    #expect(!folder.contents.contains("resumed.nc"))
    let unfinished = #expect(throws: InputError.self) {
      try EnsembleFile.read(path: EnsembleWriter.unfinishedPath(of: path))
    }
    #expect(unfinished!.problem.contains("unfinished"))
    var other = ensemble.provenance
    other.seed = 8
    let foreign = #expect(throws: InputError.self) {
      try EnsembleWriter(resuming: path, atomCount: 4, frames: 12, provenance: other)
    }
    #expect(foreign!.expected!.contains("seed 8"))
    let resumed = try EnsembleWriter(
      resuming: path, atomCount: 4, frames: 12, provenance: ensemble.provenance)
    #expect(resumed.frameCount == 12)
    try append(12..<30, to: resumed)
    try resumed.finish(logWeights: ensemble.logWeights)
    #expect(folder.contents == ["once.nc", "resumed.nc"])
    #expect(try bytes(of: path) == bytes(of: once))
    #expect(throws: InputError.self) {
      try EnsembleWriter(resuming: path, atomCount: 4, frames: 12, provenance: ensemble.provenance)
    }
  }

  @Test("a plain trajectory is not an ensemble")
  func plainTrajectory() throws {
    let error = #expect(throws: InputError.self) { try EnsembleFile.read(path: golden("mdtraj.nc")) }
    #expect(error!.expected!.contains("log_weight"))
  }

  @Test("integers that do not fit are refused")
  func integers() throws {
    var ensemble = try SampleFrames.ensemble(count: 2)
    for wrong in [0.5, 3e9, .nan] {
      ensemble.values[.sampleID] = [0, wrong]
      #expect(throws: OutputError.self) { try EnsembleFile.write(ensemble, to: folder.file("ids.nc")) }
    }
  }
}
