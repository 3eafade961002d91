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
    gatherColumns: { source, rows, xColumns, x, y in
      for row in 0..<rows {
        let (from, to) = (x + row * xColumns, y + row * source.count)
        for c in source.indices { to[c] = from[source[c]] }
      }
    },
    gatherColumnsAdjoint: { source, rows, xColumns, dy, dx in
      for row in 0..<rows {
        let (from, to) = (dy + row * source.count, dx + row * xColumns)
        for c in source.indices { to[source[c]] += from[c] }
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
    },
    graphMessages: { graph, scratch, received, scores in
      var input = network_graph(graph)
      network_graph_messages(&input, scratch, received, scores)
    },
    graphMessagesAdjoint: { graph, scratch, dreceived, dscores, d in
      var input = network_graph(graph)
      var adjoint = network_graph_adjoint(
        dfirst: d[0], dsecond: d[1], dsquares: d[2], ddistance: d[3], dedge_weight: d[4], dedge_bias: d[5],
        dattention_weight: d[6], dattention_bias: d[7], dcoordinate_weight: d[8], dcoordinate_bias: d[9],
        dstep_weight: d[10])
      network_graph_messages_adjoint(&input, scratch, dreceived, dscores, &adjoint)
    },
    graphTangents: { graph, scratch, received, scores in
      var input = network_graph_tangent(graph)
      network_graph_tangents(&input, scratch, received, scores)
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

/// gemm without gaps in C, for kernels that call it themselves.
private let matrixProduct:
  @convention(c) (
    Int32, Int32, Int32, Int32, Int32, UnsafePointer<Double>?, Int32, UnsafePointer<Double>?, Int32, Double,
    UnsafeMutablePointer<Double>?
  ) -> Void = { transposeA, transposeB, m, n, k, a, strideA, b, strideB, beta, c in
    cblas_dgemm(
      CblasRowMajor, transposeA == 0 ? CblasNoTrans : CblasTrans, transposeB == 0 ? CblasNoTrans : CblasTrans, m, n, k,
      1, a, strideA, b, strideB, beta, c, n)
  }

extension network_graph {
  fileprivate init(_ graph: GraphOperands) {
    let o = graph.operands.map { UnsafePointer($0.assumingMemoryBound(to: Double.self)) }
    self.init(
      atoms: Int64(graph.atoms), samples: Int64(graph.samples), rows: Int64(graph.rows), multiply: matrixProduct,
      first: o[0], second: o[1], squares: o[2], distance: o[3], edge_weight: o[4], edge_bias: o[5],
      attention_weight: o[6], attention_bias: o[7], coordinate_weight: o[8], coordinate_bias: o[9], step_weight: o[10])
  }
}

extension network_graph_tangent {
  fileprivate init(_ graph: GraphTangentOperands) {
    let o = graph.operands.map { UnsafePointer($0.assumingMemoryBound(to: Double.self)) }
    self.init(
      atoms: Int64(graph.atoms), directions: Int64(graph.directions), rows: Int64(graph.rows), multiply: matrixProduct,
      first: o[0], second: o[1], squares: o[2], distance: o[3], edge_weight: o[4], attention_weight: o[5],
      slopes: o[6], edge_slopes: o[7], attended: o[8], attention: o[9], gradients: o[10])
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
