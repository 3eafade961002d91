import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Sampling
import Testing

@Suite struct ModelFileTests {
  static func model(
    _ sequence: String = "ACE-ALA-NME", kind: String = "autoregressive"
  ) throws -> (system: MolecularSystem, model: ModelFile) {
    let system = try MolecularSystem.peptide(
      withoutStructure: PeptideSequence(parsing: sequence), forceField: .shipped(named: "amber99sb-ildn"), solvent: nil,
      cutoff: nil)
    let type = FlowRecipes.type(of: kind)!
    let recipe = Self.small(type.init(atomCount: system.molecule.atomCount))
    let coordinates = InternalCoordinates(try ZMatrix(system.molecule, order: recipe.placementOrder))
    let structure = structure(coordinates)
    let scaling = try CoordinateScaling(
      system, zMatrix: coordinates.zMatrix, structure: structure, state: ThermodynamicState(temperature: 300))
    // Frames about one structure, for recipes that whiten.
    var frames = Configurations(count: 200, dimension: 3 * system.molecule.atomCount)
    var random = RandomStream(seed: 9)
    for sample in 0..<frames.count {
      for c in 0..<frames.dimension { frames[sample, c] = structure[0, c] + 0.003 * random.normal() }
    }
    var subject = FlowSubject(
      system, coordinates: coordinates, scaling: scaling,
      whitening: type.needsWhitening
        ? try Whitening(BodyFrameCoordinates(coordinates.zMatrix).inverseAndLogDet(frames).value) : nil)
    subject.signs = ChiralCenters(system.molecule).signs(of: structure)
    if type.needsStatistics {
      let centers = ChiralCenters(system.molecule)
      subject.statistics = try CartesianStatistics(
        frames, classes: PairClasses(system.molecule), signs: centers.signs(of: structure))
    }
    return (system, ModelFile(subject, recipe: recipe, seed: 3, provenance: ["seed": "3"]))
  }

  static func structure(_ coordinates: InternalCoordinates) -> Configurations {
    coordinates.forwardAndLogDet(InternalCoordinatesTests.randomInternal(coordinates.zMatrix, count: 1, seed: 4)).value
  }

  /// The recipe with sizes for tests.
  static func small<Recipe: FlowRecipe>(_ recipe: Recipe) -> any FlowRecipe {
    let sizes = [
      "width": 8.0, "heads": 2, "layers": 1, "head_width": 8, "blocks": 2, "bins": 5, "torsion_bins": 6, "gaussians": 5,
      "steps": 2,
    ]
    return recipe.replacing(sizes.filter { recipe.sizes[$0.key] != nil })!
  }

  /// Read again, a model draws the same bytes.
  @Test(arguments: FlowRecipes.kinds) func roundTrip(kind: String) throws {
    let (system, model) = try Self.model(kind: kind)
    let bytes = try model.encoded()
    let coordinates = InternalCoordinates(
      try ZMatrix(system.molecule, order: model.header.recipe.placementOrder))
    let read = try ModelFile(
      bytes, path: "m", system: system, coordinates: coordinates, structure: Self.structure(coordinates))
    #expect(read.header.recipe.sizes == model.header.recipe.sizes && read.header.scaling == model.header.scaling)
    #expect(read.flow.parameters.values == model.flow.parameters.values)
    #expect(try read.encoded() == bytes)
    let random = RandomStream(seed: 1)
    let (x, logQ) = try FlowProposal(model.flow).draw(0..<9, from: random)
    let again = try FlowProposal(read.flow).draw(0..<9, from: random)
    #expect(again.x == x && again.logQ == logQ)
  }

  /// Sizes are numbers by name; a fraction where a whole number belongs, or sizes that do not fit, are told.
  @Test(arguments: FlowRecipes.kinds) func sizes(kind: String) throws {
    func check<Recipe: FlowRecipe>(_ recipe: Recipe) {
      let size = recipe.sizes["width"] != nil ? "width" : "gaussians"
      #expect(recipe.problem == nil && recipe.sizes[size] != nil)
      #expect(recipe.replacing([size: 12])?.sizes[size] == 12)
      #expect(recipe.replacing([size: 12.5]) == nil)
      #expect(recipe.replacing([size: 0])?.problem != nil)
      if recipe.sizes["bins"] != nil {
        #expect(recipe.replacing(["bins": 1])?.problem?.contains("bins") == true)
      } else {
        #expect(recipe.replacing(["steps": -1])?.problem?.contains("steps") == true)
        #expect(recipe.replacing(["tolerance": 0])?.problem?.contains("tolerance") == true)
      }
    }
    check(FlowRecipes.type(of: kind)!.init(atomCount: 22))
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

  @Test("Statistics that are no covariance, or another molecule's, are refused", arguments: [0, 1, 2])
  func damagedStatistics(_ damage: Int) throws {
    let (system, model) = try Self.model(kind: PairFieldRecipe.kind)
    var text = String(decoding: try JSONEncoder().encode(try #require(model.header.statistics)), as: UTF8.self)
    var object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    switch damage {
    case 0: object["covariance"] = [Double](repeating: 0, count: 22 * 22)
    case 1: object["signs"] = [Int]()
    default: object["distanceMeans"] = [1.0]
    }
    text = String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    var damaged = model
    damaged.header.statistics = try JSONDecoder().decode(CartesianStatistics.self, from: Data(text.utf8))
    let bytes = try damaged.encoded()
    #expect(throws: InputError.self) {
      try ModelFile(bytes, path: "m", system: system, coordinates: InternalCoordinates(system.molecule))
    }
    // Frames that are all the same.
    #expect(throws: InputError.self) {
      try CartesianStatistics(Configurations(count: 5, dimension: 66), classes: PairClasses(system.molecule))
    }
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
