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

  public let options: Options
  private let circular: CircularSpline
  private let embedding: Linear
  private let input: Linear
  private let transformer: CausalTransformer
  private let stiff: StiffConditionals
  private let torsionHead: MultilayerPerceptron

  public init(_ name: String, options: Options, in builder: inout ParameterBuilder) {
    self.options = options
    let circular = CircularSpline(bins: options.torsionBins)
    self.circular = circular
    let width = options.width
    (embedding, input, transformer, stiff, torsionHead) = builder.scope(name) { builder in
      (
        Linear("embedding", inputs: PlacementFeatures.count, outputs: width, in: &builder),
        Linear("input", inputs: StiffConditionals.featureCount, outputs: width, hasBias: false, in: &builder),
        CausalTransformer("transformer", width: width, heads: options.heads, layers: options.layers, in: &builder),
        StiffConditionals(
          width: width, headWidth: options.headWidth, bins: options.bins, bound: options.bound, in: &builder),
        StiffConditionals.head(
          "torsion", inputs: width + 2, headWidth: options.headWidth, circular.parameterCount, in: &builder)
      )
    }
  }

  /// Which rows of the z-matrix have what.
  public struct Layout: Sendable {
    public let features: PlacementFeatures
    let rows: [CoordinateScaling.Row]
    let stiff: StiffConditionals.Places
    let free: [Int]

    public init(features: PlacementFeatures, scaling: CoordinateScaling) {
      self.features = features
      rows = scaling.rows
      stiff = StiffConditionals.Places(rows)
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
      let before = input(StiffConditionals.features(coordinates)).columns(0..<(tokens - 1) * samples)
      x = x + tape.joining([tape.constant(0, rows: options.width, columns: samples), before])
    }
    let h = transformer(x, tokens: tokens)
    let (rows, ofStiff) = stiff.inverse(coordinates, h: h, layout.stiff)
    var logDet = ofStiff
    let torsions = StiffConditionals.latents(
      coordinates, row: 3, of: layout.free, tokens: tokens, h: h,
      given: [coordinates.rows(0..<1), coordinates.rows(1..<2)], logDet: &logDet
    ) { circular.inverse($0, parameters: torsionHead($1)) }
    return Transformed(tape.stacking(rows + [torsions]), logDet: logDet)
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
      if let last = placed.last { x = x + input(StiffConditionals.features(last)) }
      let h = transformer(x, after: &past)
      let row = layout.rows[token]
      var parts = stiff.forward(z, h: h, row: row, logDet: &logDet) + [nothing]
      if row.isFree {
        let torsion = circular.forward(
          z.rows(3..<4), parameters: torsionHead(h.stacked(with: parts[0], parts[1])))
        logDet += LogDensity(torsion.logSlope)
        parts[3] = torsion.value
      }
      placed.append(tape.stacking(parts))
    }
    return Transformed(tape.joining(placed), logDet: logDet)
  }
}
