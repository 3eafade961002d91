import NeuralNetworks

/// The network of an autoregressive flow along a z-matrix: a causal transformer over the atoms in the order of placement, and
/// for each atom a conditional density of its bond, then of its angle given the bond, then of its torsion given both.
///
/// Bonds, angles and dihedrals between siblings: y = μ + e^s f(z), f a rational-quadratic spline that is the identity far
/// out, z standard normal. Torsions: a circular spline of a uniform angle. Whatever is special to a molecule enters by
/// `PlacementFeatures`.
///
/// Coordinates are `[4][tokens × samples]`: bond, angle, sibling dihedral, all scaled, and free torsion; what an atom does
/// not have is 0. Latents have the same shape.
public struct AutoregressiveNetwork: Sendable {
  public struct Options: Sendable, Equatable, Codable {
    public var width = 96
    public var heads = 4
    public var layers = 3
    /// Hidden units of the networks that give the conditionals.
    public var headWidth = 128
    public var bins = 10
    /// Where the splines of scaled coordinates become straight.
    public var bound = 5.0
    public var torsionBins = 24

    public init() {}
  }

  public static let coordinateRows = 4
  /// Bond, angle, sibling, and sine and cosine of the torsion and of twice it.
  private static let inputFeatures = 7

  public let options: Options
  private let scaled: ScaledConditional
  private let circular: CircularSpline
  private let embedding: Linear
  private let input: Linear
  private let transformer: CausalTransformer
  private let bondHead: MultilayerPerceptron
  private let angleHead: MultilayerPerceptron
  private let siblingHead: MultilayerPerceptron
  private let torsionHead: MultilayerPerceptron

  public init(_ name: String, options: Options, in builder: inout ParameterBuilder) {
    self.options = options
    let scaled = ScaledConditional(bins: options.bins, bound: options.bound)
    let circular = CircularSpline(bins: options.torsionBins)
    (self.scaled, self.circular) = (scaled, circular)
    let width = options.width
    (embedding, input, transformer, bondHead, angleHead, siblingHead, torsionHead) = builder.scope(name) { builder in
      func head(_ name: String, given: Int, _ parameters: Int, _ builder: inout ParameterBuilder)
        -> MultilayerPerceptron
      {
        MultilayerPerceptron(
          name, widths: [width + given, options.headWidth, parameters], outputStart: .normal(gain: 0.01), in: &builder)
      }
      return (
        Linear("embedding", inputs: PlacementFeatures.count, outputs: width, in: &builder),
        Linear("input", inputs: Self.inputFeatures, outputs: width, hasBias: false, in: &builder),
        CausalTransformer("transformer", width: width, heads: options.heads, layers: options.layers, in: &builder),
        head("bond", given: 0, scaled.parameterCount, &builder),
        head("angle", given: 1, scaled.parameterCount, &builder),
        head("sibling", given: 2, scaled.parameterCount, &builder),
        head("torsion", given: 2, circular.parameterCount, &builder)
      )
    }
  }

  /// Which rows of the z-matrix have what.
  public struct Layout: Sendable {
    public let features: PlacementFeatures
    let rows: [CoordinateScaling.Row]
    let angles: [Int]
    let siblings: [Int]
    let free: [Int]

    public init(features: PlacementFeatures, scaling: CoordinateScaling) {
      self.features = features
      rows = scaling.rows
      angles = rows.indices.filter { scaling.rows[$0].angle != nil }
      siblings = rows.indices.filter { scaling.rows[$0].sibling != nil }
      free = rows.indices.filter { scaling.rows[$0].isFree }
    }

    public var tokens: Int { rows.count }
  }

  // MARK: From coordinates to latents, all atoms at once

  /// Latents of coordinates, and log |∂ latents/∂ coordinates| of each sample.
  public func inverse(_ coordinates: Variable, _ layout: Layout) -> Transformed {
    let tape = coordinates.tape
    let tokens = layout.tokens
    let samples = coordinates.columns / tokens
    let embedded = embedding(tape.variable(layout.features.matrix))
    var x = embedded + tape.constant(0, columns: coordinates.columns)
    if tokens > 1 {
      // The atom before each; nothing stands before the first.
      let before = input(inputFeatures(coordinates)).columns(0..<(tokens - 1) * samples)
      x = x + tape.joining([tape.constant(0, rows: options.width, columns: samples), before])
    }
    let h = transformer(x, tokens: tokens)
    let (bond, angle) = (coordinates.rows(0..<1), coordinates.rows(1..<2))
    let bonds = scaled.inverse(bond, parameters: bondHead(h))
    var logDet = LogDensity(bonds.logSlope)
    var parts = [bonds.value]
    let all = Array(0..<tokens)

    func conditional(
      _ places: [Int], row: Int, given: [Variable],
      _ density: (_ x: Variable, _ given: Variable) -> (value: Variable, logSlope: Variable)
    ) {
      guard !places.isEmpty else { return parts.append(tape.constant(0, columns: coordinates.columns)) }
      func pick(_ v: Variable) -> Variable { places == all ? v : v.gatheringTokens(places, samples: samples) }
      let (value, logSlope) = density(
        pick(coordinates.rows(row..<row + 1)), pick(h).stacked(with: given.map(pick)))
      logDet += LogDensity(logSlope)
      parts.append(places == all ? value : value.scatteringTokens(to: places, of: tokens, samples: samples))
    }
    conditional(layout.angles, row: 1, given: [bond]) { scaled.inverse($0, parameters: angleHead($1)) }
    conditional(layout.siblings, row: 2, given: [bond, angle]) { scaled.inverse($0, parameters: siblingHead($1)) }
    conditional(layout.free, row: 3, given: [bond, angle]) { circular.inverse($0, parameters: torsionHead($1)) }
    return Transformed(tape.stacking(parts), logDet: logDet)
  }

  // MARK: From latents to coordinates, atom by atom

  /// Coordinates of latents, and log |∂ coordinates/∂ latents| of each sample.
  public func forward(_ latents: Variable, _ layout: Layout) -> Transformed {
    let tape = latents.tape
    let tokens = layout.tokens
    let samples = latents.columns / tokens
    let embedded = embedding(tape.variable(layout.features.matrix))
    var past = transformer.start()
    var placed: [Variable] = []
    var logDet = LogDensity.zero
    let nothing = tape.constant(0, columns: samples)
    for token in 0..<tokens {
      let z = latents.columns(token * samples..<(token + 1) * samples)
      var x = embedded.columns(token..<token + 1) + tape.constant(0, columns: samples)
      if let last = placed.last { x = x + input(inputFeatures(last)) }
      let h = transformer(x, after: &past)
      let row = layout.rows[token]
      let bond = scaled.forward(z.rows(0..<1), parameters: bondHead(h))
      logDet += LogDensity(bond.logSlope)
      var parts = [bond.value, nothing, nothing, nothing]
      if row.angle != nil {
        let angle = scaled.forward(z.rows(1..<2), parameters: angleHead(h.stacked(with: bond.value)))
        logDet += LogDensity(angle.logSlope)
        parts[1] = angle.value
      }
      if row.sibling != nil || row.isFree {
        let given = h.stacked(with: parts[0], parts[1])
        let torsion =
          row.isFree
          ? circular.forward(z.rows(3..<4), parameters: torsionHead(given))
          : scaled.forward(z.rows(2..<3), parameters: siblingHead(given))
        logDet += LogDensity(torsion.logSlope)
        parts[row.isFree ? 3 : 2] = torsion.value
      }
      placed.append(tape.stacking(parts))
    }
    return Transformed(tape.joining(placed), logDet: logDet)
  }

  private func inputFeatures(_ coordinates: Variable) -> Variable {
    coordinates.rows(0..<3).stacked(with: coordinates.rows(3..<4).periodicEmbedding(harmonics: 2))
  }
}
