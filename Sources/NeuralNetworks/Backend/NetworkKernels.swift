import CLaneKernels
import COpenBLAS

/// A precision in which networks are computed.
public protocol NetworkScalar: BinaryFloatingPoint, Sendable {
  /// What C calls by another name for each precision.
  static var networkKernels: NetworkKernels<Self> { get }
}

/// The kernels of one precision; see `network_kernels.h`, and the manual of BLAS for `add` (axpy), `multiply` (gemm) and
/// `solve` (trsm, from the left).
///
/// A class, so that calling one does not copy all.
public final class NetworkKernels<Scalar>: Sendable {
  typealias Source = UnsafePointer<Scalar>?
  typealias Target = UnsafeMutablePointer<Scalar>?
  typealias Sources = UnsafePointer<UnsafePointer<Scalar>?>?
  typealias Targets = UnsafePointer<UnsafeMutablePointer<Scalar>?>?

  // These six are loops in Swift, which the compiler makes fast only where it knows the type.
  let set: @Sendable (UnsafeMutablePointer<Scalar>, UnsafeBufferPointer<Double>) -> Void
  let get: @Sendable (UnsafePointer<Scalar>, UnsafeMutableBufferPointer<Double>) -> Void
  let fill: @Sendable (UnsafeMutablePointer<Scalar>, Int, Double) -> Void
  let wrapAngles: @Sendable (Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void
  let gatherColumns: @Sendable ([Int], Int, Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void
  let gatherColumnsAdjoint: @Sendable ([Int], Int, Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void
  let add: @Sendable (Int32, Source, Target) -> Void
  let multiply:
    @Sendable (
      CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, (m: Int32, n: Int32, k: Int32), Source, Int32, Source, Int32, Scalar, Target
    ) -> Void
  let solve: @Sendable (CBLAS_UPLO, CBLAS_TRANSPOSE, CBLAS_DIAG, Int32, Int32, Source, Target) -> Void
  let functionValue: @Sendable (network_function, Int32, Int64, Source, Target) -> Void
  let functionAdjoint: @Sendable (network_function, Int32, Int64, Source, Source, Target) -> Void
  let combination: @Sendable (Int64, Int64, Scalar, BroadcastOperand, Scalar, BroadcastOperand, Target) -> Void
  let combinationAdjoint: @Sendable (Int64, Int64, Scalar, Source, BroadcastOperand, Target) -> Void
  let product: @Sendable (Int64, Int64, BroadcastOperand, BroadcastOperand, Target) -> Void
  let productAdjoint: @Sendable (Int64, Int64, Source, BroadcastOperand, BroadcastOperand, Target) -> Void
  let sumRows: @Sendable (Int64, Int64, Int64, Source, Target) -> Void
  let sumRowsAdjoint: @Sendable (Int64, Int64, Int64, Source, Target) -> Void
  let softmax: @Sendable (Int64, Int64, Int64, Source, Target) -> Void
  let softmaxAdjoint: @Sendable (Int64, Int64, Int64, Source, Source, Target) -> Void
  let layerNorm: @Sendable (Int64, Int64, Scalar, Source, Source, Source, Target) -> Void
  let layerNormAdjoint: @Sendable (Int64, Int64, Scalar, Source, Source, Source, Target, Target, Target) -> Void
  let attention: @Sendable (AttentionOperands, Sources, Sources, Target, Target) -> Void
  let attentionAdjoint:
    @Sendable (AttentionOperands, Sources, Sources, Source, Source, Target, Targets, Targets) -> Void
  let attentionTangent:
    @Sendable (AttentionOperands, Sources, Sources, Source, Source, Sources, Sources, Target) -> Void
  let spline: @Sendable (MonotoneSpline, Int32, Int64, Int64, Source, Source, Target, Target) -> Void
  let splineAdjoint:
    @Sendable (MonotoneSpline, Int32, Int64, Int64, Source, Source, Source, Source, Source, Target, Target) -> Void
  let pairMessages: @Sendable (PairOperands, Target) -> Void
  let pairMessagesAdjoint: @Sendable (PairOperands, Source, Target, Target, Target) -> Void
  let pairScores: @Sendable (PairOperands, Source, Target) -> Void
  let pairScoresAdjoint: @Sendable (PairOperands, Source, Source, Target, Target, Target, Target) -> Void
  let pairSlopes: @Sendable (PairOperands, Target) -> Void
  let pairTrace: @Sendable (PairTraceOperands, Target) -> Void
  let graphMessages: @Sendable (GraphOperands, Target, Target, Target) -> Void
  let graphMessagesAdjoint: @Sendable (GraphOperands, Target, Source, Source, [UnsafeMutablePointer<Scalar>]) -> Void
  let graphTangents: @Sendable (GraphTangentOperands, Target, Target, Target) -> Void

  init(
    set: @escaping @Sendable (UnsafeMutablePointer<Scalar>, UnsafeBufferPointer<Double>) -> Void,
    get: @escaping @Sendable (UnsafePointer<Scalar>, UnsafeMutableBufferPointer<Double>) -> Void,
    fill: @escaping @Sendable (UnsafeMutablePointer<Scalar>, Int, Double) -> Void,
    wrapAngles: @escaping @Sendable (Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void,
    gatherColumns: @escaping @Sendable ([Int], Int, Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void,
    gatherColumnsAdjoint:
      @escaping @Sendable ([Int], Int, Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void,
    add: @escaping @Sendable (Int32, Source, Target) -> Void,
    multiply:
      @escaping @Sendable (
        CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, (m: Int32, n: Int32, k: Int32), Source, Int32, Source, Int32, Scalar, Target
      ) -> Void,
    solve: @escaping @Sendable (CBLAS_UPLO, CBLAS_TRANSPOSE, CBLAS_DIAG, Int32, Int32, Source, Target) -> Void,
    functionValue: @escaping @Sendable (network_function, Int32, Int64, Source, Target) -> Void,
    functionAdjoint: @escaping @Sendable (network_function, Int32, Int64, Source, Source, Target) -> Void,
    combination: @escaping @Sendable (Int64, Int64, Scalar, BroadcastOperand, Scalar, BroadcastOperand, Target) -> Void,
    combinationAdjoint: @escaping @Sendable (Int64, Int64, Scalar, Source, BroadcastOperand, Target) -> Void,
    product: @escaping @Sendable (Int64, Int64, BroadcastOperand, BroadcastOperand, Target) -> Void,
    productAdjoint: @escaping @Sendable (Int64, Int64, Source, BroadcastOperand, BroadcastOperand, Target) -> Void,
    sumRows: @escaping @Sendable (Int64, Int64, Int64, Source, Target) -> Void,
    sumRowsAdjoint: @escaping @Sendable (Int64, Int64, Int64, Source, Target) -> Void,
    softmax: @escaping @Sendable (Int64, Int64, Int64, Source, Target) -> Void,
    softmaxAdjoint: @escaping @Sendable (Int64, Int64, Int64, Source, Source, Target) -> Void,
    layerNorm: @escaping @Sendable (Int64, Int64, Scalar, Source, Source, Source, Target) -> Void,
    layerNormAdjoint:
      @escaping @Sendable (Int64, Int64, Scalar, Source, Source, Source, Target, Target, Target) -> Void,
    attention: @escaping @Sendable (AttentionOperands, Sources, Sources, Target, Target) -> Void,
    attentionAdjoint:
      @escaping @Sendable (AttentionOperands, Sources, Sources, Source, Source, Target, Targets, Targets) -> Void,
    attentionTangent:
      @escaping @Sendable (AttentionOperands, Sources, Sources, Source, Source, Sources, Sources, Target) -> Void,
    spline: @escaping @Sendable (MonotoneSpline, Int32, Int64, Int64, Source, Source, Target, Target) -> Void,
    splineAdjoint:
      @escaping @Sendable (MonotoneSpline, Int32, Int64, Int64, Source, Source, Source, Source, Source, Target, Target)
      -> Void,
    pairMessages: @escaping @Sendable (PairOperands, Target) -> Void,
    pairMessagesAdjoint: @escaping @Sendable (PairOperands, Source, Target, Target, Target) -> Void,
    pairScores: @escaping @Sendable (PairOperands, Source, Target) -> Void,
    pairScoresAdjoint: @escaping @Sendable (PairOperands, Source, Source, Target, Target, Target, Target) -> Void,
    pairSlopes: @escaping @Sendable (PairOperands, Target) -> Void,
    pairTrace: @escaping @Sendable (PairTraceOperands, Target) -> Void,
    graphMessages: @escaping @Sendable (GraphOperands, Target, Target, Target) -> Void,
    graphMessagesAdjoint:
      @escaping @Sendable (GraphOperands, Target, Source, Source, [UnsafeMutablePointer<Scalar>]) -> Void,
    graphTangents: @escaping @Sendable (GraphTangentOperands, Target, Target, Target) -> Void
  ) {
    (self.set, self.get, self.fill, self.wrapAngles) = (set, get, fill, wrapAngles)
    self.gatherColumns = gatherColumns
    self.gatherColumnsAdjoint = gatherColumnsAdjoint
    self.add = add
    self.multiply = multiply
    self.solve = solve
    self.functionValue = functionValue
    self.functionAdjoint = functionAdjoint
    self.combination = combination
    self.combinationAdjoint = combinationAdjoint
    self.product = product
    self.productAdjoint = productAdjoint
    self.sumRows = sumRows
    self.sumRowsAdjoint = sumRowsAdjoint
    self.softmax = softmax
    self.softmaxAdjoint = softmaxAdjoint
    self.layerNorm = layerNorm
    self.layerNormAdjoint = layerNormAdjoint
    self.attention = attention
    self.attentionAdjoint = attentionAdjoint
    self.attentionTangent = attentionTangent
    self.spline = spline
    self.splineAdjoint = splineAdjoint
    self.pairMessages = pairMessages
    self.pairMessagesAdjoint = pairMessagesAdjoint
    self.pairScores = pairScores
    self.pairScoresAdjoint = pairScoresAdjoint
    self.pairSlopes = pairSlopes
    self.pairTrace = pairTrace
    self.graphMessages = graphMessages
    self.graphMessagesAdjoint = graphMessagesAdjoint
    self.graphTangents = graphTangents
  }
}
