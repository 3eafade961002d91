import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Sampling
import Testing

@Suite struct ModelFileTests {
  static func model(_ sequence: String = "ACE-ALA-NME") throws -> (system: MolecularSystem, model: ModelFile) {
    let system = try MolecularSystem.peptide(
      withoutStructure: PeptideSequence(parsing: sequence), forceField: .shipped(named: "amber99sb-ildn"), solvent: nil,
      cutoff: nil)
    let coordinates = try InternalCoordinates(system.molecule)
    let q = InternalCoordinatesTests.randomInternal(coordinates.zMatrix, count: 1, seed: 4)
    let scaling = try CoordinateScaling(
      system, zMatrix: coordinates.zMatrix, structure: coordinates.forwardAndLogDet(q).value,
      state: ThermodynamicState(temperature: 300))
    var options = AutoregressiveNetwork.Options()
    (options.width, options.heads, options.layers, options.headWidth) = (8, 2, 1, 8)
    return (
      system,
      ModelFile(
        system, coordinates: coordinates, scaling: scaling, options: options, seed: 3, provenance: ["seed": "3"])
    )
  }

  /// Read again, a model draws the same bytes.
  @Test func roundTrip() throws {
    let (system, model) = try Self.model()
    let bytes = try model.encoded()
    let read = try ModelFile(bytes, path: "m", system: system, coordinates: InternalCoordinates(system.molecule))
    #expect(read.header == model.header && read.flow.parameters.values == model.flow.parameters.values)
    #expect(try read.encoded() == bytes)
    let random = RandomStream(seed: 1)
    let (x, logQ) = try MoleculeFlowProposal(model.flow).draw(0..<9, from: random)
    let again = try MoleculeFlowProposal(read.flow).draw(0..<9, from: random)
    #expect(again.x == x && again.logQ == logQ)
  }

  @Test func otherMoleculesAreRefused() throws {
    let (_, model) = try Self.model()
    let (other, _) = try Self.model("ACE-GLY-NME")
    let bytes = try model.encoded()
    let error = #expect(throws: InputError.self) {
      try ModelFile(bytes, path: "m", system: other, coordinates: InternalCoordinates(other.molecule))
    }
    #expect(error?.problem == "is a model of another molecule")
    #expect(error?.found?.hasPrefix("22 atoms") == true && error?.expected?.hasPrefix("19 atoms") == true)
  }

  @Test func damagedAndForeignFilesAreRefused() throws {
    let (system, model) = try Self.model()
    let coordinates = try InternalCoordinates(system.molecule)
    let bytes = try model.encoded()
    for damaged in [bytes.prefix(100), bytes.dropLast(4), Data(), Data("PK".utf8)] {
      #expect(throws: InputError.self) {
        try ModelFile(Data(damaged), path: "m", system: system, coordinates: coordinates)
      }
    }
    let foreign = try Safetensors(arrays: [.init(name: "w", shape: [1], values: [1])]).encoded()
    let error = #expect(throws: InputError.self) {
      try ModelFile(foreign, path: "m", system: system, coordinates: coordinates)
    }
    #expect(error?.problem.contains("not a model of this program") == true)
    var broken = model
    broken.flow.parameters.values[5] = .nan
    let nan = try broken.encoded()
    #expect(throws: InputError.self) { try ModelFile(nan, path: "m", system: system, coordinates: coordinates) }
  }
}
