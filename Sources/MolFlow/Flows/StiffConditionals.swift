import NeuralNetworks

/// Densities of what is stiff in an atom's placement, from what a network knows of the atom: its bond, its angle given the bond, its
/// dihedral from a sibling given both, each y = μ + e^s f(z) (`ScaledConditional`).
///
/// Coordinates and latents are `[4][tokens × samples]`, scaled: bond, angle, sibling dihedral, free torsion, of which the last is left
/// to others.
struct StiffConditionals: Sendable {
  private let scaled: ScaledConditional
  private let bondHead: MultilayerPerceptron
  private let angleHead: MultilayerPerceptron
  private let siblingHead: MultilayerPerceptron

  /// - Parameter hints: numbers about a token's angle that are given beside its bond.
  init(width: Int, headWidth: Int, bins: Int, bound: Double, hints: Int = 0, in builder: inout ParameterBuilder) {
    let scaled = ScaledConditional(bins: bins, bound: bound)
    self.scaled = scaled
    func head(_ name: String, given: Int, _ builder: inout ParameterBuilder) -> MultilayerPerceptron {
      Self.head(name, inputs: width + given, headWidth: headWidth, scaled.parameterCount, in: &builder)
    }
    bondHead = head("bond", given: 0, &builder)
    angleHead = head("angle", given: 1 + hints, &builder)
    siblingHead = head("sibling", given: 2, &builder)
  }

  /// The network of one conditional, which at the start hardly depends on what it is given.
  static func head(
    _ name: String, inputs: Int, headWidth: Int, _ parameters: Int, in builder: inout ParameterBuilder
  ) -> MultilayerPerceptron {
    MultilayerPerceptron(
      name, widths: [inputs, headWidth, parameters], outputStart: .normal(gain: 0.01), in: &builder)
  }

  /// Tokens of a molecule that have angles and sibling dihedrals.
  struct Places: Sendable {
    let tokens: Int
    let angles: [Int]
    let siblings: [Int]

    init(_ rows: [CoordinateScaling.Row]) {
      tokens = rows.count
      angles = rows.indices.filter { rows[$0].angle != nil }
      siblings = rows.indices.filter { rows[$0].sibling != nil }
    }
  }

  /// One row of latents of the tokens that have a coordinate, zeros elsewhere, and log |∂ latents/∂ coordinates|.
  ///
  /// - Parameters:
  ///   - h: what is known of each token, `[width][tokens × samples]`.
  ///   - given: rows that stand below h.
  static func latents(
    _ coordinates: Variable, row: Int, of places: [Int], tokens: Int, h: Variable, given: [Variable],
    logDet: inout LogDensity,
    _ density: (_ x: Variable, _ given: Variable) -> (value: Variable, logSlope: Variable)
  ) -> Variable {
    let samples = coordinates.columns / tokens
    guard !places.isEmpty else { return coordinates.tape.constant(0, columns: coordinates.columns) }
    let isAll = places.count == tokens
    func pick(_ v: Variable) -> Variable { isAll ? v : v.gatheringTokens(places, samples: samples) }
    let (value, logSlope) = density(
      pick(coordinates.rows(row..<row + 1)), pick(h).stacked(with: given.map(pick)))
    logDet += LogDensity(logSlope)
    return isAll ? value : value.scatteringTokens(to: places, of: tokens, samples: samples)
  }

  /// The first three rows of latents.
  ///
  /// - Parameter hint: about angles, `[hints][tokens × samples]`.
  func inverse(
    _ coordinates: Variable, h: Variable, hint: Variable? = nil, _ places: Places
  ) -> (rows: [Variable], logDet: LogDensity) {
    let (bond, angle) = (coordinates.rows(0..<1), coordinates.rows(1..<2))
    let bonds = scaled.inverse(bond, parameters: bondHead(h))
    var logDet = LogDensity(bonds.logSlope)
    let angles = Self.latents(
      coordinates, row: 1, of: places.angles, tokens: places.tokens, h: h, given: [bond] + (hint.map { [$0] } ?? []),
      logDet: &logDet
    ) { scaled.inverse($0, parameters: angleHead($1)) }
    let siblings = Self.latents(
      coordinates, row: 2, of: places.siblings, tokens: places.tokens, h: h, given: [bond, angle], logDet: &logDet
    ) { scaled.inverse($0, parameters: siblingHead($1)) }
    return ([bonds.value, angles, siblings], logDet)
  }

  /// The first three rows of the coordinates of one token, from its latents `[4][samples]`; log |∂ coordinates/∂ latents| is added.
  ///
  /// - Parameter hint: about its angle, `[hints][samples]`, from its bond.
  func forward(
    _ z: Variable, h: Variable, row: CoordinateScaling.Row, logDet: inout LogDensity,
    hint: (_ bond: Variable) -> Variable? = { _ in nil }
  ) -> [Variable] {
    let nothing = z.tape.constant(0, columns: z.columns)
    let bond = scaled.forward(z.rows(0..<1), parameters: bondHead(h))
    logDet += LogDensity(bond.logSlope)
    var parts = [bond.value, nothing, nothing]
    if row.angle != nil {
      let given = [bond.value] + (hint(bond.value).map { [$0] } ?? [])
      let angle = scaled.forward(z.rows(1..<2), parameters: angleHead(h.stacked(with: given)))
      logDet += LogDensity(angle.logSlope)
      parts[1] = angle.value
    }
    if row.sibling != nil {
      let sibling = scaled.forward(z.rows(2..<3), parameters: siblingHead(h.stacked(with: parts[0], parts[1])))
      logDet += LogDensity(sibling.logSlope)
      parts[2] = sibling.value
    }
    return parts
  }

  /// What a network reads of placed atoms: bond, angle, sibling, and sine and cosine of the torsion and of twice it.
  static func features(_ coordinates: Variable) -> Variable {
    coordinates.rows(0..<3).stacked(with: coordinates.rows(3..<4).periodicEmbedding(harmonics: 2))
  }

  static let featureCount = 7
}
