import CLaneKernels

/// Where the numbers of a tape live: scalars of the backend's precision, row-major `[row][column]`.
public typealias NetworkBuffer = UnsafeMutableRawPointer

/// An operand that may be repeated over the rows (row stride 0) or the columns of a result: column c of the result takes
/// column c / (columns of the result / columns).
public struct BroadcastOperand {
  public var values: NetworkBuffer
  public var rowStride: Int
  public var columns: Int
}

/// The kernels of attention read this; see `Attention`.
public struct AttentionOperands {
  public var heads: Int
  public var width: Int
  public var columns: Int
  /// Scalars between the rows of queries, keys, values and results.
  public var stride: Int
  public var scale: Double
  public var query: NetworkBuffer
  public var keys: [NetworkBuffer]
  public var values: [NetworkBuffer]
}

/// The kernels of messages between pairs read this; see `PairMessages`.
public struct PairOperands {
  public var atoms: Int
  public var samples: Int
  public var rows: Int
  public var first: NetworkBuffer
  public var second: NetworkBuffer
  public var radial: NetworkBuffer
}

/// What the trace of a pair field's Jacobian is added up from; see `network_pair_trace`.
public struct PairTraceOperands {
  public var atoms: Int
  public var samples: Int
  public var rows: Int
  public var slopes: NetworkBuffer
  public var radialSlopes: NetworkBuffer
  public var directions: NetworkBuffer
  public var first: NetworkBuffer
  public var second: NetworkBuffer
  public var firstOwn: NetworkBuffer
  public var secondOwn: NetworkBuffer
  public var pushes: NetworkBuffer
  public var adjoint: NetworkBuffer
  public var adjointOwn: NetworkBuffer
}

/// A layer of a graph network between pairs; see `network_graph`.
public struct GraphOperands {
  public var atoms: Int
  public var samples: Int
  public var rows: Int
  /// In the order of the kernel's operands, and of their adjoints.
  public var operands: [NetworkBuffer]

  public static func scratch(atoms: Int, samples: Int, rows: Int) -> Int { (7 * rows + 2) * (atoms - 1) * samples }
}

/// The same linearised; see `network_graph_tangent`.
public struct GraphTangentOperands {
  public var atoms: Int
  public var directions: Int
  public var rows: Int
  /// In the order of the kernel's operands.
  public var operands: [NetworkBuffer]

  public static func scratch(directions: Int, rows: Int) -> Int {
    (2 * rows + 1) * Int(NETWORK_GRAPH_NEIGHBOURS) * directions
  }
}

/// The closed set of primitive operations that tapes, layers and flows are made of.
///
/// Everything above speaks to a device through these functions only, so another device or precision is one more type.
/// Shapes are those of `network_kernels.h`; functions called `…Adjoint` add to what stands at the buffers called `d…`.
public protocol NetworkBackend: Sendable {
  /// Bytes of one scalar.
  var scalarSize: Int { get }
  /// The relative rounding error of one operation.
  var epsilon: Double { get }

  func set(_ buffer: NetworkBuffer, to values: UnsafeBufferPointer<Double>)
  func get(_ buffer: NetworkBuffer, into values: UnsafeMutableBufferPointer<Double>)
  func fill(_ buffer: NetworkBuffer, count: Int, with value: Double)
  /// Copies a block of rows, or adds it.
  func copy(
    rows: Int, columns: Int, from source: NetworkBuffer, stride sourceStride: Int, to target: NetworkBuffer,
    stride targetStride: Int, adding: Bool)
  /// y[row][c] = x[row][source[c]]
  func gatherColumns(_ source: [Int], rows: Int, xColumns: Int, x: NetworkBuffer, y: NetworkBuffer)
  func gatherColumnsAdjoint(_ source: [Int], rows: Int, xColumns: Int, dy: NetworkBuffer, dx: NetworkBuffer)

  /// C = A B + βC with A `[m][k]`, B `[k][n]`, C `[m][n]` after the transpositions asked for.
  func multiply(
    _ m: Int, _ n: Int, _ k: Int, a: NetworkBuffer, transposeA: Bool, b: NetworkBuffer, transposeB: Bool, beta: Double,
    c: NetworkBuffer)
  /// Solves A X = B in place of B, `[n][columns]`; A is `[n][n]`, triangular.
  func solveTriangular(
    _ n: Int, columns: Int, a: NetworkBuffer, lower: Bool, unitDiagonal: Bool, transpose: Bool, b: NetworkBuffer)

  func value(of function: ElementaryFunction, order: Int, count: Int, x: NetworkBuffer, y: NetworkBuffer)
  func adjoint(
    of function: ElementaryFunction, order: Int, count: Int, x: NetworkBuffer, dy: NetworkBuffer, dx: NetworkBuffer)

  /// Brings angles to [−π, π).
  func wrapAngles(count: Int, x: NetworkBuffer, y: NetworkBuffer)

  func combine(
    rows: Int, columns: Int, alpha: Double, _ a: BroadcastOperand, beta: Double, _ b: BroadcastOperand, y: NetworkBuffer
  )
  func combineAdjoint(rows: Int, columns: Int, alpha: Double, dy: NetworkBuffer, da: BroadcastOperand)
  func product(rows: Int, columns: Int, _ a: BroadcastOperand, _ b: BroadcastOperand, y: NetworkBuffer)
  func productAdjoint(rows: Int, columns: Int, dy: NetworkBuffer, _ b: BroadcastOperand, da: BroadcastOperand)

  func sumRows(groups: Int, rows: Int, columns: Int, x: NetworkBuffer, y: NetworkBuffer)
  func sumRowsAdjoint(groups: Int, rows: Int, columns: Int, dy: NetworkBuffer, dx: NetworkBuffer)
  func softmax(groups: Int, rows: Int, columns: Int, x: NetworkBuffer, y: NetworkBuffer)
  func softmaxAdjoint(groups: Int, rows: Int, columns: Int, y: NetworkBuffer, dy: NetworkBuffer, dx: NetworkBuffer)
  func layerNorm(
    rows: Int, columns: Int, epsilon: Double, x: NetworkBuffer, gain: NetworkBuffer, bias: NetworkBuffer,
    y: NetworkBuffer)
  func layerNormAdjoint(
    rows: Int, columns: Int, epsilon: Double, x: NetworkBuffer, gain: NetworkBuffer, dy: NetworkBuffer,
    dx: NetworkBuffer, dgain: NetworkBuffer, dbias: NetworkBuffer)

  func attention(_ operands: AttentionOperands, weights: NetworkBuffer, y: NetworkBuffer)
  func attentionAdjoint(
    _ operands: AttentionOperands, weights: NetworkBuffer, dy: NetworkBuffer, dquery: NetworkBuffer?,
    dkeys: [NetworkBuffer]?, dvalues: [NetworkBuffer]?)
  func attentionTangent(
    _ operands: AttentionOperands, weights: NetworkBuffer, changeOfQuery: NetworkBuffer?,
    changesOfKeys: [NetworkBuffer]?, changesOfValues: [NetworkBuffer]?, y: NetworkBuffer)

  func spline(
    _ spline: MonotoneSpline, inverse: Bool, dimensions: Int, columns: Int, parameters: NetworkBuffer, x: NetworkBuffer,
    y: NetworkBuffer, logSlope: NetworkBuffer)
  func splineAdjoint(
    _ spline: MonotoneSpline, inverse: Bool, dimensions: Int, columns: Int, parameters: NetworkBuffer, x: NetworkBuffer,
    y: NetworkBuffer, dy: NetworkBuffer, dlogSlope: NetworkBuffer, dx: NetworkBuffer, dparameters: NetworkBuffer)

  func pairMessages(_ pairs: PairOperands, y: NetworkBuffer)
  func pairMessagesAdjoint(
    _ pairs: PairOperands, dy: NetworkBuffer, dfirst: NetworkBuffer, dsecond: NetworkBuffer, dradial: NetworkBuffer)
  func pairScores(_ pairs: PairOperands, weights: NetworkBuffer, y: NetworkBuffer)
  func pairScoresAdjoint(
    _ pairs: PairOperands, weights: NetworkBuffer, dy: NetworkBuffer, dfirst: NetworkBuffer, dsecond: NetworkBuffer,
    dradial: NetworkBuffer, dweights: NetworkBuffer)
  func pairSlopes(_ pairs: PairOperands, y: NetworkBuffer)
  func pairTrace(_ operands: PairTraceOperands, trace: NetworkBuffer)

  func graphMessages(_ graph: GraphOperands, scratch: NetworkBuffer, received: NetworkBuffer, scores: NetworkBuffer)
  func graphMessagesAdjoint(
    _ graph: GraphOperands, scratch: NetworkBuffer, dreceived: NetworkBuffer, dscores: NetworkBuffer,
    doperands: [NetworkBuffer])
  func graphTangents(
    _ graph: GraphTangentOperands, scratch: NetworkBuffer, received: NetworkBuffer, scores: NetworkBuffer)
}

/// Functions of one number that networks are made of.
public enum ElementaryFunction: Sendable, CaseIterable {
  /// x σ(x), σ the logistic function.
  case silu
  case tanh
  /// σ(x) = 1/(1 + e^{−x})
  case sigmoid
  /// ln(1 + e^x)
  case softplus
  case exp
  case log
  /// For |x| up to 10³.
  case sine
  case cosine
  case square
  case squareRoot
  case reciprocal

  var kernel: network_function {
    switch self {
    case .silu: network_silu
    case .tanh: network_tanh
    case .sigmoid: network_sigmoid
    case .softplus: network_softplus
    case .exp: network_exp
    case .log: network_log
    case .sine: network_sine
    case .cosine: network_cosine
    case .square: network_square
    case .squareRoot: network_square_root
    case .reciprocal: network_reciprocal
    }
  }
}
