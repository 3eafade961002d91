import CLaneKernels
import COpenBLAS
import Foundation

/// Networks on the processor, by OpenBLAS and the lane kernels.
public struct ProcessorBackend<Scalar: NetworkScalar>: NetworkBackend {
  private let kernels = Scalar.networkKernels

  public init() { blasOnOneThread }

  public var scalarSize: Int { MemoryLayout<Scalar>.size }
  public var epsilon: Double { Double(Scalar.ulpOfOne) }

  public func set(_ buffer: NetworkBuffer, to values: UnsafeBufferPointer<Double>) {
    kernels.set(scalars(buffer), values)
  }

  public func get(_ buffer: NetworkBuffer, into values: UnsafeMutableBufferPointer<Double>) {
    kernels.get(scalars(buffer), values)
  }

  public func fill(_ buffer: NetworkBuffer, count: Int, with value: Double) {
    kernels.fill(scalars(buffer), count, value)
  }

  public func copy(
    rows: Int, columns: Int, from source: NetworkBuffer, stride sourceStride: Int, to target: NetworkBuffer,
    stride targetStride: Int, adding: Bool
  ) {
    let size = scalarSize
    for row in 0..<rows {
      let from = source + row * sourceStride * size
      let to = target + row * targetStride * size
      if adding {
        kernels.add(Int32(columns), scalars(from), scalars(to))
      } else {
        memcpy(to, from, columns * size)
      }
    }
  }

  public func gatherColumns(_ source: [Int], rows: Int, xColumns: Int, x: NetworkBuffer, y: NetworkBuffer) {
    kernels.gatherColumns(source, rows, xColumns, scalars(x), scalars(y))
  }

  public func gatherColumnsAdjoint(
    _ source: [Int], rows: Int, xColumns: Int, dy: NetworkBuffer, dx: NetworkBuffer
  ) {
    kernels.gatherColumnsAdjoint(source, rows, xColumns, scalars(dy), scalars(dx))
  }

  public func multiply(
    _ m: Int, _ n: Int, _ k: Int, a: NetworkBuffer, transposeA: Bool, b: NetworkBuffer, transposeB: Bool, beta: Double,
    c: NetworkBuffer
  ) {
    kernels.multiply(
      transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, (Int32(m), Int32(n), Int32(k)),
      scalars(a), Int32(transposeA ? m : k), scalars(b), Int32(transposeB ? k : n), Scalar(beta), scalars(c))
  }

  public func solveTriangular(
    _ n: Int, columns: Int, a: NetworkBuffer, lower: Bool, unitDiagonal: Bool, transpose: Bool, b: NetworkBuffer
  ) {
    kernels.solve(
      lower ? CblasLower : CblasUpper, transpose ? CblasTrans : CblasNoTrans, unitDiagonal ? CblasUnit : CblasNonUnit,
      Int32(n), Int32(columns), scalars(a), scalars(b))
  }

  public func value(of function: ElementaryFunction, order: Int, count: Int, x: NetworkBuffer, y: NetworkBuffer) {
    kernels.functionValue(function.kernel, Int32(order), Int64(count), scalars(x), scalars(y))
  }

  public func adjoint(
    of function: ElementaryFunction, order: Int, count: Int, x: NetworkBuffer, dy: NetworkBuffer, dx: NetworkBuffer
  ) {
    kernels.functionAdjoint(function.kernel, Int32(order), Int64(count), scalars(x), scalars(dy), scalars(dx))
  }

  public func wrapAngles(count: Int, x: NetworkBuffer, y: NetworkBuffer) {
    kernels.wrapAngles(count, scalars(x), scalars(y))
  }

  public func combine(
    rows: Int, columns: Int, alpha: Double, _ a: BroadcastOperand, beta: Double, _ b: BroadcastOperand, y: NetworkBuffer
  ) {
    kernels.combination(
      Int64(rows), Int64(columns), Scalar(alpha), a, Scalar(beta), b, scalars(y))
  }

  public func combineAdjoint(rows: Int, columns: Int, alpha: Double, dy: NetworkBuffer, da: BroadcastOperand) {
    kernels.combinationAdjoint(
      Int64(rows), Int64(columns), Scalar(alpha), scalars(dy), da, scalars(da.values))
  }

  public func product(rows: Int, columns: Int, _ a: BroadcastOperand, _ b: BroadcastOperand, y: NetworkBuffer) {
    kernels.product(Int64(rows), Int64(columns), a, b, scalars(y))
  }

  public func productAdjoint(rows: Int, columns: Int, dy: NetworkBuffer, _ b: BroadcastOperand, da: BroadcastOperand) {
    kernels.productAdjoint(
      Int64(rows), Int64(columns), scalars(dy), b, da, scalars(da.values))
  }

  public func sumRows(groups: Int, rows: Int, columns: Int, x: NetworkBuffer, y: NetworkBuffer) {
    kernels.sumRows(Int64(groups), Int64(rows), Int64(columns), scalars(x), scalars(y))
  }

  public func sumRowsAdjoint(groups: Int, rows: Int, columns: Int, dy: NetworkBuffer, dx: NetworkBuffer) {
    kernels.sumRowsAdjoint(Int64(groups), Int64(rows), Int64(columns), scalars(dy), scalars(dx))
  }

  public func softmax(groups: Int, rows: Int, columns: Int, x: NetworkBuffer, y: NetworkBuffer) {
    kernels.softmax(Int64(groups), Int64(rows), Int64(columns), scalars(x), scalars(y))
  }

  public func softmaxAdjoint(
    groups: Int, rows: Int, columns: Int, y: NetworkBuffer, dy: NetworkBuffer, dx: NetworkBuffer
  ) {
    kernels.softmaxAdjoint(Int64(groups), Int64(rows), Int64(columns), scalars(y), scalars(dy), scalars(dx))
  }

  public func layerNorm(
    rows: Int, columns: Int, epsilon: Double, x: NetworkBuffer, gain: NetworkBuffer, bias: NetworkBuffer,
    y: NetworkBuffer
  ) {
    kernels.layerNorm(
      Int64(rows), Int64(columns), Scalar(epsilon), scalars(x), scalars(gain), scalars(bias), scalars(y))
  }

  public func layerNormAdjoint(
    rows: Int, columns: Int, epsilon: Double, x: NetworkBuffer, gain: NetworkBuffer, dy: NetworkBuffer,
    dx: NetworkBuffer, dgain: NetworkBuffer, dbias: NetworkBuffer
  ) {
    kernels.layerNormAdjoint(
      Int64(rows), Int64(columns), Scalar(epsilon), scalars(x), scalars(gain), scalars(dy), scalars(dx), scalars(dgain),
      scalars(dbias))
  }

  public func attention(_ operands: AttentionOperands, weights: NetworkBuffer, y: NetworkBuffer) {
    withTokens(operands) { keys, values in kernels.attention(operands, keys, values, scalars(weights), scalars(y)) }
  }

  public func attentionAdjoint(
    _ operands: AttentionOperands, weights: NetworkBuffer, dy: NetworkBuffer, dquery: NetworkBuffer?,
    dkeys: [NetworkBuffer]?, dvalues: [NetworkBuffer]?
  ) {
    withTokens(operands) { keys, values in
      withPointers(dkeys?.map { Optional(scalars($0)) }) { dkeys in
        withPointers(dvalues?.map { Optional(scalars($0)) }) { dvalues in
          kernels.attentionAdjoint(
            operands, keys, values, scalars(weights), scalars(dy), dquery.map(scalars), dkeys, dvalues)
        }
      }
    }
  }

  public func attentionTangent(
    _ operands: AttentionOperands, weights: NetworkBuffer, changeOfQuery: NetworkBuffer?,
    changesOfKeys: [NetworkBuffer]?, changesOfValues: [NetworkBuffer]?, y: NetworkBuffer
  ) {
    withTokens(operands) { keys, values in
      withPointers(changesOfKeys?.map { Optional(UnsafePointer(scalars($0))) }) { changesOfKeys in
        withPointers(changesOfValues?.map { Optional(UnsafePointer(scalars($0))) }) { changesOfValues in
          kernels.attentionTangent(
            operands, keys, values, scalars(weights), changeOfQuery.map { UnsafePointer(scalars($0)) }, changesOfKeys,
            changesOfValues, scalars(y))
        }
      }
    }
  }

  public func spline(
    _ spline: MonotoneSpline, inverse: Bool, dimensions: Int, columns: Int, parameters: NetworkBuffer, x: NetworkBuffer,
    y: NetworkBuffer, logSlope: NetworkBuffer
  ) {
    kernels.spline(
      spline, inverse ? 1 : 0, Int64(dimensions), Int64(columns), scalars(parameters), scalars(x), scalars(y),
      scalars(logSlope))
  }

  public func splineAdjoint(
    _ spline: MonotoneSpline, inverse: Bool, dimensions: Int, columns: Int, parameters: NetworkBuffer, x: NetworkBuffer,
    y: NetworkBuffer, dy: NetworkBuffer, dlogSlope: NetworkBuffer, dx: NetworkBuffer, dparameters: NetworkBuffer
  ) {
    kernels.splineAdjoint(
      spline, inverse ? 1 : 0, Int64(dimensions), Int64(columns), scalars(parameters), scalars(x), scalars(y),
      scalars(dy), scalars(dlogSlope), scalars(dx), scalars(dparameters))
  }

  public func pairMessages(_ pairs: PairOperands, y: NetworkBuffer) { kernels.pairMessages(pairs, scalars(y)) }

  public func pairMessagesAdjoint(
    _ pairs: PairOperands, dy: NetworkBuffer, dfirst: NetworkBuffer, dsecond: NetworkBuffer, dradial: NetworkBuffer
  ) {
    kernels.pairMessagesAdjoint(pairs, scalars(dy), scalars(dfirst), scalars(dsecond), scalars(dradial))
  }

  public func pairScores(_ pairs: PairOperands, weights: NetworkBuffer, y: NetworkBuffer) {
    kernels.pairScores(pairs, scalars(weights), scalars(y))
  }

  public func pairScoresAdjoint(
    _ pairs: PairOperands, weights: NetworkBuffer, dy: NetworkBuffer, dfirst: NetworkBuffer, dsecond: NetworkBuffer,
    dradial: NetworkBuffer, dweights: NetworkBuffer
  ) {
    kernels.pairScoresAdjoint(
      pairs, scalars(weights), scalars(dy), scalars(dfirst), scalars(dsecond), scalars(dradial), scalars(dweights))
  }

  public func pairSlopes(_ pairs: PairOperands, y: NetworkBuffer) { kernels.pairSlopes(pairs, scalars(y)) }

  public func pairTrace(_ operands: PairTraceOperands, trace: NetworkBuffer) {
    kernels.pairTrace(operands, scalars(trace))
  }

  public func graphMessages(
    _ graph: GraphOperands, scratch: NetworkBuffer, received: NetworkBuffer, scores: NetworkBuffer
  ) {
    kernels.graphMessages(graph, scalars(scratch), scalars(received), scalars(scores))
  }

  public func graphMessagesAdjoint(
    _ graph: GraphOperands, scratch: NetworkBuffer, dreceived: NetworkBuffer, dscores: NetworkBuffer,
    doperands: [NetworkBuffer]
  ) {
    kernels.graphMessagesAdjoint(
      graph, scalars(scratch), scalars(dreceived), scalars(dscores), doperands.map(scalars))
  }

  public func graphTangents(
    _ graph: GraphTangentOperands, scratch: NetworkBuffer, received: NetworkBuffer, scores: NetworkBuffer
  ) {
    kernels.graphTangents(graph, scalars(scratch), scalars(received), scalars(scores))
  }

  private func scalars(_ buffer: NetworkBuffer) -> UnsafeMutablePointer<Scalar> {
    buffer.assumingMemoryBound(to: Scalar.self)
  }

  /// Calls `body` with the keys and the values of the tokens.
  private func withTokens(
    _ operands: AttentionOperands,
    _ body: (UnsafePointer<UnsafePointer<Scalar>?>?, UnsafePointer<UnsafePointer<Scalar>?>?) -> Void
  ) {
    withPointers(operands.keys.map { Optional(UnsafePointer(scalars($0))) }) { keys in
      withPointers(operands.values.map { Optional(UnsafePointer(scalars($0))) }) { values in body(keys, values) }
    }
  }
}

/// What flows are trained and sampled with.
public typealias SinglePrecisionBackend = ProcessorBackend<Float>
/// The yardstick of derivatives, and for targets that need it.
public typealias DoublePrecisionBackend = ProcessorBackend<Double>
