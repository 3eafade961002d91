import CLaneKernels
import COpenBLAS
import Foundation

extension Double: NetworkScalar {
  public static let networkKernels = NetworkKernels<Double>(
    set: { target, values in
      for i in values.indices { target[i] = Double(values[i]) }
    },
    get: { source, values in
      for i in values.indices { values[i] = Double(source[i]) }
    },
    fill: { target, count, value in target.update(repeating: Double(value), count: count) },
    wrapAngles: { count, x, y in
      for i in 0..<count {
        let turns = ((x[i] + .pi) / (2 * .pi)).rounded(.down)
        y[i] = x[i] - turns * (2 * .pi)
      }
    },
    add: { cblas_daxpy($0, 1, $1, 1, $2, 1) },
    multiply: { transposeA, transposeB, size, a, strideA, b, strideB, beta, c in
      cblas_dgemm(
        CblasRowMajor, transposeA, transposeB, size.m, size.n, size.k, 1, a, strideA, b, strideB, beta, c, size.n)
    },
    solve: { triangle, transpose, diagonal, n, columns, a, b in
      cblas_dtrsm(CblasRowMajor, CblasLeft, triangle, transpose, diagonal, n, columns, 1, a, n, b, columns)
    },
    functionValue: network_function_value, functionAdjoint: network_function_adjoint,
    combination: { network_combination($0, $1, $2, .init($3), $4, .init($5), $6) },
    combinationAdjoint: { network_combination_adjoint($0, $1, $2, $3, .init($4), $5) },
    product: { network_product($0, $1, .init($2), .init($3), $4) },
    productAdjoint: { network_product_adjoint($0, $1, $2, .init($3), .init($4), $5) },
    sumRows: network_sum_rows, sumRowsAdjoint: network_sum_rows_adjoint,
    softmax: network_softmax, softmaxAdjoint: network_softmax_adjoint,
    layerNorm: network_layer_norm, layerNormAdjoint: network_layer_norm_adjoint,
    attention: { operands, keys, values, weights, y in
      var input = network_attention_input(operands, keys, values)
      network_attention(&input, weights, y)
    },
    attentionAdjoint: { operands, keys, values, weights, dy, dquery, dkeys, dvalues in
      var input = network_attention_input(operands, keys, values)
      network_attention_adjoint(&input, weights, dy, dquery, dkeys, dvalues)
    },
    attentionTangent: { operands, keys, values, weights, changeOfQuery, changesOfKeys, changesOfValues, y in
      var input = network_attention_input(operands, keys, values)
      network_attention_tangent(&input, weights, changeOfQuery, changesOfKeys, changesOfValues, y)
    },
    spline: { spline, inverse, dimensions, columns, parameters, x, y, logSlope in
      var shape = network_spline(spline)
      network_spline_value(&shape, inverse, dimensions, columns, parameters, x, y, logSlope)
    },
    splineAdjoint: { spline, inverse, dimensions, columns, parameters, x, y, dy, dlogSlope, dx, dparameters in
      var shape = network_spline(spline)
      network_spline_adjoint(
        &shape, inverse, dimensions, columns, parameters, x, y, dy, dlogSlope, dx, dparameters)
    },
    pairMessages: { pairs, y in
      var input = network_pairs(pairs)
      network_pair_messages(&input, y)
    },
    pairMessagesAdjoint: { pairs, dy, dfirst, dsecond, dradial in
      var input = network_pairs(pairs)
      network_pair_messages_adjoint(&input, dy, dfirst, dsecond, dradial)
    },
    pairScores: { pairs, weights, y in
      var input = network_pairs(pairs)
      network_pair_scores(&input, weights, y)
    },
    pairScoresAdjoint: { pairs, weights, dy, dfirst, dsecond, dradial, dweights in
      var input = network_pairs(pairs)
      network_pair_scores_adjoint(&input, weights, dy, dfirst, dsecond, dradial, dweights)
    },
    pairSlopes: { pairs, y in
      var input = network_pairs(pairs)
      network_pair_slopes(&input, y)
    },
    pairTrace: { operands, trace in
      var input = network_pair_trace(operands)
      network_pair_trace_sum(&input, trace)
    })
}

extension network_pairs {
  fileprivate init(_ pairs: PairOperands) {
    func scalars(_ buffer: NetworkBuffer) -> UnsafePointer<Double> {
      UnsafePointer(buffer.assumingMemoryBound(to: Double.self))
    }
    self.init(
      atoms: Int64(pairs.atoms), samples: Int64(pairs.samples), rows: Int64(pairs.rows), first: scalars(pairs.first),
      second: scalars(pairs.second), radial: scalars(pairs.radial))
  }
}

extension network_pair_trace {
  fileprivate init(_ operands: PairTraceOperands) {
    func scalars(_ buffer: NetworkBuffer) -> UnsafePointer<Double> {
      UnsafePointer(buffer.assumingMemoryBound(to: Double.self))
    }
    self.init(
      atoms: Int64(operands.atoms), samples: Int64(operands.samples), rows: Int64(operands.rows),
      slopes: scalars(operands.slopes), radial_slopes: scalars(operands.radialSlopes),
      directions: scalars(operands.directions), first: scalars(operands.first), second: scalars(operands.second),
      first_own: scalars(operands.firstOwn), second_own: scalars(operands.secondOwn), pushes: scalars(operands.pushes),
      adjoint: scalars(operands.adjoint), adjoint_own: scalars(operands.adjointOwn))
  }
}

extension network_operand {
  fileprivate init(_ operand: BroadcastOperand) {
    self.init(
      values: operand.values.assumingMemoryBound(to: Double.self), row_stride: Int64(operand.rowStride),
      columns: Int64(operand.columns))
  }
}

extension network_attention_input {
  fileprivate init(
    _ operands: AttentionOperands, _ keys: UnsafePointer<UnsafePointer<Double>?>?,
    _ values: UnsafePointer<UnsafePointer<Double>?>?
  ) {
    self.init(
      heads: Int64(operands.heads), width: Int64(operands.width), columns: Int64(operands.columns),
      tokens: Int64(operands.keys.count), stride: Int64(operands.stride), scale: Double(operands.scale),
      query: operands.query.assumingMemoryBound(to: Double.self), keys: keys, values: values)
  }
}

extension network_spline {
  fileprivate init(_ spline: MonotoneSpline) {
    self.init(
      kind: spline.kernelKind, ends: spline.kernelEnds, bins: Int32(spline.bins), lower: Double(spline.lower),
      upper: Double(spline.upper), smallest_width: Double(spline.smallestWidth),
      smallest_height: Double(spline.smallestHeight), largest_log_slope: Double(log(spline.largestSlope)))
  }
}
