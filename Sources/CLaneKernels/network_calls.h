// The public kernels of networks of one precision, which forward to NETWORK, the table in use. Included twice by dispatch.c.

void LANE_TYPED(network_function_value)(
    network_function f, int32_t order, int64_t count, const LANE_SCALAR *x, LANE_SCALAR *y) {
  NETWORK.function_value(f, order, count, x, y);
}

void LANE_TYPED(network_function_adjoint)(
    network_function f, int32_t order, int64_t count, const LANE_SCALAR *x, const LANE_SCALAR *dy, LANE_SCALAR *dx) {
  NETWORK.function_adjoint(f, order, count, x, dy, dx);
}

void LANE_TYPED(network_combination)(
    int64_t rows, int64_t columns, LANE_SCALAR alpha, LANE_TYPED(network_operand) a, LANE_SCALAR beta,
    LANE_TYPED(network_operand) b, LANE_SCALAR *y) {
  NETWORK.combination(rows, columns, alpha, a, beta, b, y);
}

void LANE_TYPED(network_product)(
    int64_t rows, int64_t columns, LANE_TYPED(network_operand) a, LANE_TYPED(network_operand) b, LANE_SCALAR *y) {
  NETWORK.product(rows, columns, a, b, y);
}

void LANE_TYPED(network_combination_adjoint)(
    int64_t rows, int64_t columns, LANE_SCALAR alpha, const LANE_SCALAR *dy, LANE_TYPED(network_operand) shape,
    LANE_SCALAR *da) {
  NETWORK.combination_adjoint(rows, columns, alpha, dy, shape, da);
}

void LANE_TYPED(network_product_adjoint)(
    int64_t rows, int64_t columns, const LANE_SCALAR *dy, LANE_TYPED(network_operand) b,
    LANE_TYPED(network_operand) shape, LANE_SCALAR *da) {
  NETWORK.product_adjoint(rows, columns, dy, b, shape, da);
}

void LANE_TYPED(network_sum_rows)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *x, LANE_SCALAR *y) {
  NETWORK.sum_rows(groups, rows, columns, x, y);
}

void LANE_TYPED(network_sum_rows_adjoint)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *dy, LANE_SCALAR *dx) {
  NETWORK.sum_rows_adjoint(groups, rows, columns, dy, dx);
}

void LANE_TYPED(network_softmax)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *x, LANE_SCALAR *y) {
  NETWORK.softmax(groups, rows, columns, x, y);
}

void LANE_TYPED(network_softmax_adjoint)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *y, const LANE_SCALAR *dy, LANE_SCALAR *dx) {
  NETWORK.softmax_adjoint(groups, rows, columns, y, dy, dx);
}

void LANE_TYPED(network_layer_norm)(
    int64_t rows, int64_t columns, LANE_SCALAR epsilon, const LANE_SCALAR *x, const LANE_SCALAR *gain,
    const LANE_SCALAR *bias, LANE_SCALAR *y) {
  NETWORK.layer_norm(rows, columns, epsilon, x, gain, bias, y);
}

void LANE_TYPED(network_layer_norm_adjoint)(
    int64_t rows, int64_t columns, LANE_SCALAR epsilon, const LANE_SCALAR *x, const LANE_SCALAR *gain,
    const LANE_SCALAR *dy, LANE_SCALAR *dx, LANE_SCALAR *dgain, LANE_SCALAR *dbias) {
  NETWORK.layer_norm_adjoint(rows, columns, epsilon, x, gain, dy, dx, dgain, dbias);
}

void LANE_TYPED(network_attention)(
    const LANE_TYPED(network_attention_input) *input, LANE_SCALAR *weights, LANE_SCALAR *y) {
  NETWORK.attention(input, weights, y);
}

void LANE_TYPED(network_attention_adjoint)(
    const LANE_TYPED(network_attention_input) *input, const LANE_SCALAR *weights, const LANE_SCALAR *dy,
    LANE_SCALAR *dquery, LANE_SCALAR *const *dkeys, LANE_SCALAR *const *dvalues) {
  NETWORK.attention_adjoint(input, weights, dy, dquery, dkeys, dvalues);
}

void LANE_TYPED(network_attention_tangent)(
    const LANE_TYPED(network_attention_input) *input, const LANE_SCALAR *weights, const LANE_SCALAR *change_query,
    const LANE_SCALAR *const *change_keys, const LANE_SCALAR *const *change_values, LANE_SCALAR *change_y) {
  NETWORK.attention_tangent(input, weights, change_query, change_keys, change_values, change_y);
}

void LANE_TYPED(network_spline_value)(
    const LANE_TYPED(network_spline) *spline, int32_t inverse, int64_t dimensions, int64_t columns,
    const LANE_SCALAR *parameters, const LANE_SCALAR *x, LANE_SCALAR *y, LANE_SCALAR *log_slope) {
  NETWORK.spline_value(spline, inverse, dimensions, columns, parameters, x, y, log_slope);
}

void LANE_TYPED(network_spline_adjoint)(
    const LANE_TYPED(network_spline) *spline, int32_t inverse, int64_t dimensions, int64_t columns,
    const LANE_SCALAR *parameters, const LANE_SCALAR *x, const LANE_SCALAR *y, const LANE_SCALAR *dy,
    const LANE_SCALAR *dlog_slope, LANE_SCALAR *dx, LANE_SCALAR *dparameters) {
  NETWORK.spline_adjoint(spline, inverse, dimensions, columns, parameters, x, y, dy, dlog_slope, dx, dparameters);
}

void LANE_TYPED(network_pair_messages)(const LANE_TYPED(network_pairs) *pairs, LANE_SCALAR *y) {
  NETWORK.pair_messages(pairs, y);
}

void LANE_TYPED(network_pair_messages_adjoint)(
    const LANE_TYPED(network_pairs) *pairs, const LANE_SCALAR *dy, LANE_SCALAR *dfirst, LANE_SCALAR *dsecond,
    LANE_SCALAR *dradial) {
  NETWORK.pair_messages_adjoint(pairs, dy, dfirst, dsecond, dradial);
}

void LANE_TYPED(network_pair_scores)(
    const LANE_TYPED(network_pairs) *pairs, const LANE_SCALAR *weights, LANE_SCALAR *y) {
  NETWORK.pair_scores(pairs, weights, y);
}

void LANE_TYPED(network_pair_scores_adjoint)(
    const LANE_TYPED(network_pairs) *pairs, const LANE_SCALAR *weights, const LANE_SCALAR *dy, LANE_SCALAR *dfirst,
    LANE_SCALAR *dsecond, LANE_SCALAR *dradial, LANE_SCALAR *dweights) {
  NETWORK.pair_scores_adjoint(pairs, weights, dy, dfirst, dsecond, dradial, dweights);
}

void LANE_TYPED(network_pair_slopes)(const LANE_TYPED(network_pairs) *pairs, LANE_SCALAR *y) {
  NETWORK.pair_slopes(pairs, y);
}

void LANE_TYPED(network_pair_trace_sum)(const LANE_TYPED(network_pair_trace) *input, LANE_SCALAR *trace) {
  NETWORK.pair_trace_sum(input, trace);
}

void LANE_TYPED(network_graph_messages)(
    const LANE_TYPED(network_graph) *graph, LANE_SCALAR *scratch, LANE_SCALAR *received, LANE_SCALAR *scores) {
  NETWORK.graph_messages(graph, scratch, received, scores);
}

void LANE_TYPED(network_graph_messages_adjoint)(
    const LANE_TYPED(network_graph) *graph, LANE_SCALAR *scratch, const LANE_SCALAR *dreceived, const LANE_SCALAR *dscores,
    const LANE_TYPED(network_graph_adjoint) *adjoint) {
  NETWORK.graph_messages_adjoint(graph, scratch, dreceived, dscores, adjoint);
}

void LANE_TYPED(network_graph_tangents)(
    const LANE_TYPED(network_graph_tangent) *graph, LANE_SCALAR *scratch, LANE_SCALAR *received, LANE_SCALAR *scores) {
  NETWORK.graph_tangents(graph, scratch, received, scores);
}

void LANE_TYPED(network_adam)(
    int64_t count, const LANE_SCALAR *gradient, LANE_SCALAR gradient_scale, LANE_SCALAR beta1, LANE_SCALAR beta2,
    LANE_SCALAR rate, LANE_SCALAR v_scale, LANE_SCALAR epsilon, LANE_SCALAR decay, LANE_SCALAR *m, LANE_SCALAR *v,
    LANE_SCALAR *values) {
  NETWORK.adam(count, gradient, gradient_scale, beta1, beta2, rate, v_scale, epsilon, decay, m, v, values);
}
