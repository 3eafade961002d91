import CLaneKernels
import COpenBLAS
import Foundation

/// Networks in single precision on the processor, by OpenBLAS and the lane kernels: what flows are trained and sampled with.
public struct SinglePrecisionBackend: NetworkBackend {
  public init() { blasOnOneThread }

  public var scalarSize: Int { MemoryLayout<Float>.size }
  public var epsilon: Double { Double(Float.ulpOfOne) }

  public func set(_ buffer: NetworkBuffer, to values: UnsafeBufferPointer<Double>) {
    let target = scalars(buffer)
    for i in values.indices { target[i] = Float(values[i]) }
  }

  public func get(_ buffer: NetworkBuffer, into values: UnsafeMutableBufferPointer<Double>) {
    let source = scalars(buffer)
    for i in values.indices { values[i] = Double(source[i]) }
  }

  public func fill(_ buffer: NetworkBuffer, count: Int, with value: Double) {
    scalars(buffer).update(repeating: Float(value), count: count)
  }

  public func copy(
    rows: Int, columns: Int, from source: NetworkBuffer, stride sourceStride: Int, to target: NetworkBuffer,
    stride targetStride: Int, adding: Bool
  ) {
    let source = scalars(source)
    let target = scalars(target)
    for row in 0..<rows {
      let from = source + row * sourceStride
      let to = target + row * targetStride
      if adding {
        cblas_saxpy(Int32(columns), 1, from, 1, to, 1)
      } else {
        to.update(from: from, count: columns)
      }
    }
  }

  public func multiply(
    _ m: Int, _ n: Int, _ k: Int, a: NetworkBuffer, transposeA: Bool, b: NetworkBuffer, transposeB: Bool, beta: Double,
    c: NetworkBuffer
  ) {
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, Int32(m), Int32(n),
      Int32(k), 1, scalars(a), Int32(transposeA ? m : k), scalars(b), Int32(transposeB ? k : n), Float(beta),
      scalars(c),
      Int32(n))
  }

  public func solveTriangular(
    _ n: Int, columns: Int, a: NetworkBuffer, lower: Bool, unitDiagonal: Bool, transpose: Bool, b: NetworkBuffer
  ) {
    cblas_strsm(
      CblasRowMajor, CblasLeft, lower ? CblasLower : CblasUpper, transpose ? CblasTrans : CblasNoTrans,
      unitDiagonal ? CblasUnit : CblasNonUnit, Int32(n), Int32(columns), 1, scalars(a), Int32(n), scalars(b),
      Int32(columns))
  }

  public func value(of function: ElementaryFunction, order: Int, count: Int, x: NetworkBuffer, y: NetworkBuffer) {
    network_function_value_single(function.kernel, Int32(order), Int64(count), scalars(x), scalars(y))
  }

  public func adjoint(
    of function: ElementaryFunction, order: Int, count: Int, x: NetworkBuffer, dy: NetworkBuffer, dx: NetworkBuffer
  ) {
    network_function_adjoint_single(function.kernel, Int32(order), Int64(count), scalars(x), scalars(dy), scalars(dx))
  }

  public func wrapAngles(count: Int, x: NetworkBuffer, y: NetworkBuffer) {
    let (source, target) = (scalars(x), scalars(y))
    for i in 0..<count {
      let turns = ((source[i] + .pi) / (2 * .pi)).rounded(.down)
      target[i] = source[i] - turns * (2 * .pi)
    }
  }

  public func combine(
    rows: Int, columns: Int, alpha: Double, _ a: BroadcastOperand, beta: Double, _ b: BroadcastOperand, y: NetworkBuffer
  ) {
    network_combination_single(
      Int64(rows), Int64(columns), Float(alpha), operand(a), Float(beta), operand(b), scalars(y))
  }

  public func combineAdjoint(rows: Int, columns: Int, alpha: Double, dy: NetworkBuffer, da: BroadcastOperand) {
    network_combination_adjoint_single(
      Int64(rows), Int64(columns), Float(alpha), scalars(dy), operand(da), scalars(da.values))
  }

  public func product(rows: Int, columns: Int, _ a: BroadcastOperand, _ b: BroadcastOperand, y: NetworkBuffer) {
    network_product_single(Int64(rows), Int64(columns), operand(a), operand(b), scalars(y))
  }

  public func productAdjoint(rows: Int, columns: Int, dy: NetworkBuffer, _ b: BroadcastOperand, da: BroadcastOperand) {
    network_product_adjoint_single(
      Int64(rows), Int64(columns), scalars(dy), operand(b), operand(da), scalars(da.values))
  }

  public func sumRows(groups: Int, rows: Int, columns: Int, x: NetworkBuffer, y: NetworkBuffer) {
    network_sum_rows_single(Int64(groups), Int64(rows), Int64(columns), scalars(x), scalars(y))
  }

  public func sumRowsAdjoint(groups: Int, rows: Int, columns: Int, dy: NetworkBuffer, dx: NetworkBuffer) {
    network_sum_rows_adjoint_single(Int64(groups), Int64(rows), Int64(columns), scalars(dy), scalars(dx))
  }

  public func softmax(groups: Int, rows: Int, columns: Int, x: NetworkBuffer, y: NetworkBuffer) {
    network_softmax_single(Int64(groups), Int64(rows), Int64(columns), scalars(x), scalars(y))
  }

  public func softmaxAdjoint(
    groups: Int, rows: Int, columns: Int, y: NetworkBuffer, dy: NetworkBuffer, dx: NetworkBuffer
  ) {
    network_softmax_adjoint_single(Int64(groups), Int64(rows), Int64(columns), scalars(y), scalars(dy), scalars(dx))
  }

  public func layerNorm(
    rows: Int, columns: Int, epsilon: Double, x: NetworkBuffer, gain: NetworkBuffer, bias: NetworkBuffer,
    y: NetworkBuffer
  ) {
    network_layer_norm_single(
      Int64(rows), Int64(columns), Float(epsilon), scalars(x), scalars(gain), scalars(bias), scalars(y))
  }

  public func layerNormAdjoint(
    rows: Int, columns: Int, epsilon: Double, x: NetworkBuffer, gain: NetworkBuffer, dy: NetworkBuffer,
    dx: NetworkBuffer, dgain: NetworkBuffer, dbias: NetworkBuffer
  ) {
    network_layer_norm_adjoint_single(
      Int64(rows), Int64(columns), Float(epsilon), scalars(x), scalars(gain), scalars(dy), scalars(dx), scalars(dgain),
      scalars(dbias))
  }

  public func attention(_ operands: AttentionOperands, weights: NetworkBuffer, y: NetworkBuffer) {
    withInput(operands) { network_attention_single($0, scalars(weights), scalars(y)) }
  }

  public func attentionAdjoint(
    _ operands: AttentionOperands, weights: NetworkBuffer, dy: NetworkBuffer, dquery: NetworkBuffer?,
    dkeys: [NetworkBuffer]?, dvalues: [NetworkBuffer]?
  ) {
    let keys = dkeys?.map { Optional(scalars($0)) }
    let values = dvalues?.map { Optional(scalars($0)) }
    withInput(operands) { input in
      withPointers(keys) { keys in
        withPointers(values) { values in
          network_attention_adjoint_single(input, scalars(weights), scalars(dy), dquery.map(scalars), keys, values)
        }
      }
    }
  }

  public func attentionTangent(
    _ operands: AttentionOperands, weights: NetworkBuffer, changeOfQuery: NetworkBuffer?,
    changesOfKeys: [NetworkBuffer]?, changesOfValues: [NetworkBuffer]?, y: NetworkBuffer
  ) {
    let keys = changesOfKeys?.map { Optional(UnsafePointer(scalars($0))) }
    let values = changesOfValues?.map { Optional(UnsafePointer(scalars($0))) }
    withInput(operands) { input in
      withPointers(keys) { keys in
        withPointers(values) { values in
          network_attention_tangent_single(
            input, scalars(weights), changeOfQuery.map(scalars), keys, values, scalars(y))
        }
      }
    }
  }

  public func spline(
    _ spline: MonotoneSpline, inverse: Bool, dimensions: Int, columns: Int, parameters: NetworkBuffer, x: NetworkBuffer,
    y: NetworkBuffer, logSlope: NetworkBuffer
  ) {
    var shape = kernel(spline)
    network_spline_value_single(
      &shape, inverse ? 1 : 0, Int64(dimensions), Int64(columns), scalars(parameters), scalars(x), scalars(y),
      scalars(logSlope))
  }

  public func splineAdjoint(
    _ spline: MonotoneSpline, inverse: Bool, dimensions: Int, columns: Int, parameters: NetworkBuffer, x: NetworkBuffer,
    y: NetworkBuffer, dy: NetworkBuffer, dlogSlope: NetworkBuffer, dx: NetworkBuffer, dparameters: NetworkBuffer
  ) {
    var shape = kernel(spline)
    network_spline_adjoint_single(
      &shape, inverse ? 1 : 0, Int64(dimensions), Int64(columns), scalars(parameters), scalars(x), scalars(y),
      scalars(dy), scalars(dlogSlope), scalars(dx), scalars(dparameters))
  }

  private func scalars(_ buffer: NetworkBuffer) -> UnsafeMutablePointer<Float> {
    buffer.assumingMemoryBound(to: Float.self)
  }

  private func operand(_ operand: BroadcastOperand) -> network_operand_single {
    network_operand_single(
      values: scalars(operand.values), row_stride: Int64(operand.rowStride), columns: Int64(operand.columns))
  }

  private func kernel(_ spline: MonotoneSpline) -> network_spline_single {
    network_spline_single(
      kind: spline.kernelKind, ends: spline.kernelEnds, bins: Int32(spline.bins), lower: Float(spline.lower),
      upper: Float(spline.upper),
      smallest_width: Float(spline.smallestWidth), smallest_height: Float(spline.smallestHeight),
      largest_log_slope: Float(log(spline.largestSlope)))
  }

  private func withInput(
    _ operands: AttentionOperands, _ body: (UnsafePointer<network_attention_input_single>) -> Void
  ) {
    let keys = operands.keys.map { Optional(UnsafePointer(scalars($0))) }
    let values = operands.values.map { Optional(UnsafePointer(scalars($0))) }
    keys.withUnsafeBufferPointer { keys in
      values.withUnsafeBufferPointer { values in
        var input = network_attention_input_single(
          heads: Int64(operands.heads), width: Int64(operands.width), columns: Int64(operands.columns),
          tokens: Int64(keys.count), stride: Int64(operands.stride), scale: Float(operands.scale),
          query: scalars(operands.query), keys: keys.baseAddress, values: values.baseAddress)
        body(&input)
      }
    }
  }
}
