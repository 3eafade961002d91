import Energies
import Foundation
import NeuralNetworks

/// The network of a transferable autoregressive flow: as `AutoregressiveNetwork`, but the density of a torsion starts from what the force
/// field says of it.
///
/// Torsions have the densities of `GuidedTorsion`. The densities of angles that close
/// rings are given the angle at which they would. Besides the coordinates of the atom before, each token reads `PlacementSurroundings`: internal
/// coordinates alone do not show a small network what is near. Gains and offsets that depend on what is fixed of a token make its conditionals its
/// own, at no cost for each sample. Derivatives do not go through what the guide and the surroundings say, so densities can be learned at
/// given configurations only.
public struct GuidedNetwork: Sendable {
  public struct Options: Sendable, Equatable, Codable {
    /// Of a token in the transformer, a multiple of `heads`.
    public var width = 128
    /// Of attention, in each layer.
    public var heads = 4
    /// Of the transformer.
    public var layers = 4
    /// Hidden units of the networks that give the conditionals.
    public var headWidth = 128
    /// Of the splines of scaled coordinates.
    public var bins = 8
    /// Where the splines of scaled coordinates become straight.
    public var bound = 5.0
    /// Nodes of a torsion's grid, a multiple of 24.
    public var nodes = 120
    /// Highest m of the Fourier series that the network adds to a torsion's logarithmic density.
    public var harmonics = 12
    /// 1 where side chains are placed after the whole backbone, so that they see what they may meet; 0 where they are placed as they come.
    public var backboneFirst = 1
    /// 1 where torsions start from what the force field says of them; 0 for networks that have to learn their densities, to compare with
    /// (scales, angles that close rings and surroundings are told all the same).
    public var guidance = 1

    public init() {}
  }

  public let options: Options
  private let embedding: MultilayerPerceptron
  private let input: Linear
  private let surroundings: MultilayerPerceptron
  /// Gains above 1 and offsets of what the transformer gives.
  private let modulation: Linear
  private let transformer: CausalTransformer
  private let stiff: StiffConditionals
  private let torsion: GuidedTorsion

  public init(_ name: String, options: Options, in builder: inout ParameterBuilder) {
    self.options = options
    let width = options.width
    (embedding, input, surroundings, modulation, transformer, stiff, torsion) = builder.scope(name) { builder in
      (
        MultilayerPerceptron("embedding", widths: [PeptideFeatures.count, width, width], in: &builder),
        Linear("input", inputs: StiffConditionals.featureCount, outputs: width, hasBias: false, in: &builder),
        MultilayerPerceptron(
          "surroundings", widths: [PlacementSurroundings.count, width, width], outputStart: .zero, in: &builder),
        Linear("modulation", inputs: width, outputs: 2 * width, start: .zero, in: &builder),
        CausalTransformer("transformer", width: width, heads: options.heads, layers: options.layers, in: &builder),
        StiffConditionals(
          width: width, headWidth: options.headWidth, bins: options.bins, bound: options.bound, hints: 1, in: &builder),
        GuidedTorsion(given: width + 2, options: options, in: &builder)
      )
    }
  }

  /// A molecule as the network sees it.
  public struct Layout: Sendable {
    let features: PeptideFeatures
    /// What features are multiplied by; nil for 1.
    var gains: [Double]?
    let rows: [CoordinateScaling.Row]
    let guide: TorsionGuide
    let surroundings: PlacementSurroundings
    let stiff: StiffConditionals.Places
    let free: [Int]
    /// Tokens whose angles close a ring.
    let closing: Set<Int>

    public init(
      _ system: MolecularSystem, zMatrix: ZMatrix, scaling: CoordinateScaling, nodes: Int, kT: Double
    ) {
      features = PeptideFeatures(system, zMatrix: zMatrix, scaling: scaling)
      rows = scaling.rows
      guide = TorsionGuide(system, zMatrix: zMatrix, scaling: scaling, nodes: nodes, kT: kT)
      surroundings = PlacementSurroundings(system, zMatrix: zMatrix)
      stiff = StiffConditionals.Places(rows)
      free = rows.indices.filter { scaling.rows[$0].isFree }
      closing = Set(guide.closingRows)
    }

    var tokens: Int { rows.count }

    /// Features of all tokens as the network is told them.
    func told(on tape: Tape) -> Variable {
      let matrix = features.matrix
      guard let gains else { return tape.variable(matrix) }
      return tape.variable(
        matrix.values.indices.map { gains[$0 / matrix.columns] * matrix.values[$0] }, rows: matrix.rows,
        columns: matrix.columns)
    }

    /// The angle by which a token closes a ring, scaled, from its scaled bond; 0 where it closes none.
    func closingAngle(_ token: Int, bond: Double, of build: TorsionGuide.Build) -> Double {
      guard closing.contains(token), let angle = rows[token].angle else { return 0 }
      let length = rows[token].bond.center + rows[token].bond.width * bond
      let scaled = (build.closingAngle(row: token, bond: length) - angle.center) / angle.width
      return scaled.isFinite ? max(-10, min(10, scaled)) : 0
    }

    /// nm and rad, from the numbers of a token: bond, angle, sibling dihedral, torsion.
    func unscaled(_ token: Int, _ y: (Double, Double, Double, Double)) -> (bond: Double, angle: Double, torsion: Double)
    {
      let row = rows[token]
      return (
        row.bond.center + row.bond.width * y.0, row.angle.map { $0.center + $0.width * y.1 } ?? 0,
        row.sibling.map { $0.center + $0.width * y.2 } ?? y.3
      )
    }
  }

  /// What the transformer says of tokens, with the gains and offsets of what is fixed of them, `[width][tokens]`.
  private func modulated(_ h: Variable, by fixed: Variable) -> Variable {
    let both = modulation(fixed)
    return h + h * both.rows(0..<options.width) + both.rows(options.width..<2 * options.width)
  }

  // MARK: From coordinates to latents, all atoms at once

  /// Latents of coordinates, and log |∂ latents/∂ coordinates| of each sample; derivatives by parameters only.
  public func inverse(_ coordinates: Variable, _ layout: Layout) -> Transformed {
    let tape = coordinates.tape
    let tokens = layout.tokens
    let samples = coordinates.columns / tokens
    let fixed = embedding(layout.told(on: tape))
    let guided = guided(coordinates.values, layout, samples: samples)
    let around = surroundings(
      tape.variable(guided.surroundings, rows: PlacementSurroundings.count, columns: coordinates.columns))
    // The atom before each; nothing stands before the first.
    let before =
      tokens > 1
      ? tape.joining([
        tape.constant(0, rows: options.width, columns: samples),
        input(StiffConditionals.features(coordinates)).columns(0..<(tokens - 1) * samples),
      ]) : tape.constant(0, rows: options.width, columns: samples)
    let h = modulated(transformer(before + around + fixed, tokens: tokens), by: fixed)
    let (rows, ofStiff) = stiff.inverse(
      coordinates, h: h, hint: tape.variable(guided.closingAngles, rows: 1, columns: coordinates.columns), layout.stiff)
    var logDet = ofStiff
    let torsions = StiffConditionals.latents(
      coordinates, row: 3, of: layout.free, tokens: tokens, h: h,
      given: [coordinates.rows(0..<1), coordinates.rows(1..<2)], logDet: &logDet
    ) {
      torsion.inverse($0.values, shares: torsion.shares($1, guided.guidance))
    }
    return Transformed(tape.stacking(rows + [torsions]), logDet: logDet)
  }

  /// What the guide says of molecules that are all there: energies of the torsions that are free, a column for each of each sample, and scaled
  /// angles that close rings, `[tokens × samples]`; and what stands around each, `[PlacementSurroundings.count][tokens × samples]`.
  private func guided(
    _ values: [Double], _ layout: Layout, samples: Int
  ) -> (guidance: GuidedTorsion.Guidance, closingAngles: [Double], surroundings: [Double]) {
    let stride = layout.tokens * samples
    var guidance = GuidedTorsion.Guidance(nodes: options.nodes, columns: layout.free.count * samples)
    var closingAngles = [Double](repeating: 0, count: stride)
    var surroundings = [Double](repeating: 0, count: PlacementSurroundings.count * stride)
    var build = TorsionGuide.Build(layout.guide)
    for sample in 0..<samples {
      var column = sample
      for token in 0..<layout.tokens {
        let at = token * samples + sample
        let (bond, angle, torsion) = layout.unscaled(
          token, (values[at], values[stride + at], values[2 * stride + at], values[3 * stride + at]))
        layout.surroundings.values(row: token, positions: build.positions) { surroundings[$0 * stride + at] = $1 }
        closingAngles[at] = layout.closingAngle(token, bond: values[at], of: build)
        if layout.rows[token].isFree {
          if options.guidance != 0 {
            guidance.set(column, build.reducedEnergies(row: token, bond: bond, angle: angle))
          }
          column += samples
        }
        build.place(row: token, bond: bond, angle: angle, torsion: torsion)
      }
    }
    return (guidance, closingAngles, surroundings)
  }

  // MARK: From latents to coordinates, atom by atom

  /// Coordinates of latents, and log |∂ coordinates/∂ latents| of each sample; not recorded.
  public func forward(_ latents: Variable, _ layout: Layout) -> Transformed {
    let tape = latents.tape
    let tokens = layout.tokens
    let samples = latents.columns / tokens
    let fixed = embedding(layout.told(on: tape))
    var past = transformer.start()
    var placed: [Variable] = []
    var logDet = LogDensity.zero
    let nothing = tape.constant(0, columns: samples)
    var builds = [TorsionGuide.Build](repeating: TorsionGuide.Build(layout.guide), count: samples)
    for token in 0..<tokens {
      let z = latents.columns(token * samples..<(token + 1) * samples)
      let ofToken = fixed.columns(token..<token + 1)
      var around = [Double](repeating: 0, count: PlacementSurroundings.count * samples)
      for sample in 0..<samples {
        layout.surroundings.values(row: token, positions: builds[sample].positions) {
          around[$0 * samples + sample] = $1
        }
      }
      var x = surroundings(tape.variable(around, rows: PlacementSurroundings.count, columns: samples)) + ofToken
      if let last = placed.last { x = x + input(StiffConditionals.features(last)) }
      let h = modulated(transformer(x, after: &past), by: ofToken)
      let row = layout.rows[token]
      var parts =
        stiff.forward(z, h: h, row: row, logDet: &logDet) { bond in
          let angles = zip(bond.values, builds).map { layout.closingAngle(token, bond: $0, of: $1) }
          return tape.variable(angles, rows: 1, columns: samples)
        } + [nothing]
      let numbers = parts[0..<3].map(\.values)
      func unscaled(_ sample: Int, torsion: Double) -> (bond: Double, angle: Double, torsion: Double) {
        layout.unscaled(token, (numbers[0][sample], numbers[1][sample], numbers[2][sample], torsion))
      }
      var torsions = [Double](repeating: 0, count: samples)
      if row.isFree {
        var guidance = GuidedTorsion.Guidance(nodes: options.nodes, columns: samples)
        for sample in 0..<samples where options.guidance != 0 {
          let place = unscaled(sample, torsion: 0)
          guidance.set(sample, builds[sample].reducedEnergies(row: token, bond: place.bond, angle: place.angle))
        }
        let shares = torsion.shares(h.stacked(with: parts[0], parts[1]), guidance)
        let turned = torsion.forward(z.rows(3..<4).values, shares: shares)
        logDet += LogDensity(turned.logSlope)
        torsions = turned.values
        parts[3] = tape.variable(torsions, rows: 1, columns: samples)
      }
      for sample in 0..<samples {
        let place = unscaled(sample, torsion: torsions[sample])
        builds[sample].place(row: token, bond: place.bond, angle: place.angle, torsion: place.torsion)
      }
      placed.append(tape.stacking(parts))
    }
    return Transformed(tape.joining(placed), logDet: logDet)
  }
}
