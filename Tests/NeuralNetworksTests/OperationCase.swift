import NeuralNetworks
import Randomness

/// An operation, or a computation of several, as the generic checks see it: one line here runs them all.
struct OperationCase: Sendable, CustomStringConvertible {
  var name: String
  /// Rows and columns of each input.
  var shapes: [(Int, Int)]
  /// Inputs are drawn from these intervals.
  var interval: ClosedRange<Double> = -1.5...1.5
  /// Whether directional derivatives can be differentiated once more.
  var hasSecondDerivatives = true
  var compute: @Sendable ([Variable]) -> Variable

  var description: String { name }

  /// 23 columns: neither a multiple of the lanes nor less than one vector.
  static let registry: [OperationCase] = elementary + arithmetic + linearAlgebra + networks + splines

  static let elementary: [OperationCase] = ElementaryFunction.allCases.map { function in
    let positive = [.log, .squareRoot, .reciprocal].contains(function)
    return OperationCase(name: "\(function)", shapes: [(3, 23)], interval: positive ? 0.3...2.5 : -3...3) {
      $0[0].applying(function)
    }
  }

  static let arithmetic: [OperationCase] = [
    OperationCase(name: "sum", shapes: [(3, 23), (3, 23)]) { 0.7 * $0[0] + $0[1] },
    OperationCase(name: "difference from a column", shapes: [(3, 23), (3, 1)]) { $0[0] - $0[1] },
    OperationCase(name: "sum with a row", shapes: [(1, 23), (3, 23)]) { $0[0] + $0[1] },
    OperationCase(name: "sum of a row and a column", shapes: [(1, 23), (4, 1)]) { $0[0] + $0[1] },
    OperationCase(name: "sum with each token's", shapes: [(3, 36), (3, 4)]) { $0[0] + $0[1] },
    OperationCase(name: "product", shapes: [(3, 23), (3, 23)]) { $0[0] * $0[1] },
    OperationCase(name: "product with a row", shapes: [(3, 23), (1, 23)]) { $0[0] * $0[1] },
    OperationCase(name: "product with a column", shapes: [(3, 23), (3, 1)]) { $0[0] * $0[1] },
    OperationCase(name: "product with each token's", shapes: [(1, 4), (3, 36)]) { $0[0] * $0[1] },
    OperationCase(name: "square by a product", shapes: [(3, 23)]) { $0[0] * $0[0] },
    OperationCase(name: "quotient", shapes: [(3, 23), (3, 23)], interval: 0.5...2) { $0[0] / $0[1] },
    OperationCase(name: "constants", shapes: [(3, 23)]) { 2 - ($0[0] + 0.25) },
    OperationCase(name: "sums of rows", shapes: [(6, 23)]) { $0[0].sumOfRows(groups: 2) },
    OperationCase(name: "sums of columns", shapes: [(3, 36)]) { $0[0].sumOfColumns(parts: 4) },
    OperationCase(name: "rows", shapes: [(5, 23)]) { $0[0].rows(1..<3) * $0[0].rows(3..<5) },
    OperationCase(name: "another shape", shapes: [(4, 6)]) { $0[0].reshaped(rows: 3, columns: 8) },
    OperationCase(name: "rows gathered", shapes: [(3, 23)]) { $0[0].gatheringRows([2, 0, 2, 2]) },
    OperationCase(name: "rows stacked", shapes: [(2, 23), (1, 23)]) { $0[0].stacked(with: $0[1], $0[0]) },
    OperationCase(name: "columns", shapes: [(3, 23)]) { $0[0].columns(4..<19) },
    OperationCase(name: "tokens gathered", shapes: [(3, 20)]) { $0[0].gatheringTokens([3, 0, 3], samples: 5) },
    OperationCase(name: "single columns gathered", shapes: [(3, 20)]) {
      $0[0].gatheringTokens([13, 0, 13, 7], samples: 1)
    },
    OperationCase(name: "runs of columns", shapes: [(3, 20)]) { $0[0].gatheringColumns([5..<9, 2..<2, 0..<7]) },
    OperationCase(name: "tokens scattered", shapes: [(3, 10)]) {
      $0[0].scatteringTokens(to: [2, 0], of: 4, samples: 5)
    },
    OperationCase(name: "angles wrapped", shapes: [(3, 23)], interval: -9...9) {
      $0[0].wrappedAngle() * $0[0]
    },
    OperationCase(name: "columns tiled", shapes: [(3, 7)]) { $0[0].tilingColumns(3) },
  ]

  static let linearAlgebra: [OperationCase] = [
    OperationCase(name: "matrix product", shapes: [(4, 3), (3, 23)]) { $0[0].times($0[1]) },
    OperationCase(name: "matrix product with bias", shapes: [(4, 3), (3, 23), (4, 1)]) {
      $0[0].times($0[1], plus: $0[2])
    },
    OperationCase(name: "lower triangular solution", shapes: [(4, 4), (4, 23)], interval: 0.5...1.5) {
      $0[0].solving($0[1], lower: true, unitDiagonal: false)
    },
    OperationCase(name: "upper triangular solution", shapes: [(4, 4), (4, 23)]) {
      $0[0].solving($0[1], lower: false, unitDiagonal: true)
    },
  ]

  static let networks: [OperationCase] = [
    OperationCase(name: "softmax", shapes: [(6, 23)]) { $0[0].softmax(groups: 2) },
    OperationCase(name: "layer norm", shapes: [(5, 23), (5, 1), (5, 1)]) {
      $0[0].layerNormalised(gain: $0[1], bias: $0[2])
    },
    OperationCase(name: "attention", shapes: [(4, 35), (4, 35), (4, 35)], hasSecondDerivatives: false) {
      $0[0].attending(to: $0[1], $0[2], heads: 2, tokens: 5, causal: false)
    },
    OperationCase(name: "attention of a wide head", shapes: [(70, 6), (70, 6), (70, 6)], hasSecondDerivatives: false) {
      $0[0].attending(to: $0[1], $0[2], heads: 1, tokens: 3, causal: true)
    },
    OperationCase(name: "causal attention", shapes: [(4, 54), (4, 54), (4, 54)], hasSecondDerivatives: false) {
      $0[0].attending(to: $0[1], $0[2], heads: 2, tokens: 3, causal: true)
    },
    OperationCase(
      name: "messages of a graph network",
      shapes: [
        (3, 20), (3, 20), (1, 30), (3, 1), (3, 3), (3, 1), (1, 3), (1, 1), (3, 3), (3, 1), (1, 3),
      ]
    ) {
      let weights = GraphMessageWeights(
        distance: $0[3], edge: ($0[4], $0[5]), attention: ($0[6], $0[7]), coordinate: ($0[8], $0[9]), step: $0[10])
      let (received, scores) = $0[0].graphMessages(
        $0[1], squares: $0[2], weights: weights, AtomPairs(atoms: 4), samples: 5)
      return received.reshaped(rows: 12, columns: 5).stacked(with: scores.reshaped(rows: 12, columns: 5))
    },
    OperationCase(
      name: "attention of one token", shapes: [(4, 23), (4, 23), (4, 23), (4, 23), (4, 23)], hasSecondDerivatives: false
    ) { $0[0].attending(toKeys: [$0[1], $0[2]], values: [$0[3], $0[4]], heads: 2) },
  ]

  static let splines: [OperationCase] = MonotoneSpline.Kind.allCases.flatMap { kind in
    MonotoneSpline.Ends.allCases.flatMap { ends in
      [false, true].map { inverse in
        let spline = MonotoneSpline(kind: kind, ends: ends, bins: 5, lower: -1, upper: 1)
        // The interval goes beyond the ends: tails are differentiated too.
        return OperationCase(
          name: "\(kind) spline, \(ends) ends\(inverse ? ", inverse" : "")",
          shapes: [(2, 23), (2 * spline.parameterCount, 23)], interval: -1.4...1.4, hasSecondDerivatives: false
        ) {
          let (value, logSlope) = $0[0].transformed(by: spline, parameters: $0[1], inverse: inverse)
          return value.stacked(with: logSlope)
        }
      }
    }
  }

  /// The same numbers for every run.
  func inputs(seed: UInt64 = 7) -> [[Double]] {
    shapes.enumerated().map { index, shape in
      var random = RandomStream(seed: seed, stream: UInt64(index))
      let width = interval.upperBound - interval.lowerBound
      return (0..<shape.0 * shape.1).map { _ in interval.lowerBound + width * random.uniform() }
    }
  }

  /// The result of the computation with the given inputs, and whatever `use` makes of tape, inputs and output.
  func run<Result>(
    _ inputs: [[Double]], backend: any NetworkBackend, _ use: (Tape, [Variable], Variable) -> Result
  ) -> Result {
    let tape = Tape(backend: backend)
    let variables = zip(inputs, shapes).map {
      tape.variable($0, rows: $1.0, columns: $1.1, needsAdjoint: true)
    }
    return use(tape, variables, compute(variables))
  }
}
