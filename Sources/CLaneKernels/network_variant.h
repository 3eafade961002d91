// All kernels of networks of one variant; defines as for kernels.h.
#include "CLaneKernels.h"
#include "variants.h"

#include "lane_vectors.h"
#ifdef LANE_SINGLE
#include "elementary_functions_single.h"
#else
#include "elementary_functions.h"
#endif
#include "network_functions.h"
#include "network_broadcasting.h"
#include "network_normalisation.h"
#include "network_attention.h"
#include "network_splines.h"
#include "network_pairs.h"
#include "network_graph.h"

const LANE_TYPED(lane_network) LANE_VARIANT(network_kernels) = {
  .function_value = LANE_VARIANT(function_values),
  .function_adjoint = LANE_VARIANT(function_adjoint),
  .combination = LANE_VARIANT(combination),
  .product = LANE_VARIANT(product),
  .combination_adjoint = LANE_VARIANT(combination_adjoint),
  .product_adjoint = LANE_VARIANT(product_adjoint),
  .sum_rows = LANE_VARIANT(sum_rows),
  .sum_rows_adjoint = LANE_VARIANT(sum_rows_adjoint),
  .softmax = LANE_VARIANT(softmax),
  .softmax_adjoint = LANE_VARIANT(softmax_adjoint),
  .layer_norm = LANE_VARIANT(layer_norm),
  .layer_norm_adjoint = LANE_VARIANT(layer_norm_adjoint),
  .attention = LANE_VARIANT(attention),
  .attention_adjoint = LANE_VARIANT(attention_adjoint),
  .attention_tangent = LANE_VARIANT(attention_tangent),
  .spline_value = LANE_VARIANT(spline_value),
  .spline_adjoint = LANE_VARIANT(spline_adjoint),
  .pair_messages = LANE_VARIANT(pair_messages),
  .pair_messages_adjoint = LANE_VARIANT(pair_messages_adjoint),
  .pair_scores = LANE_VARIANT(pair_scores),
  .pair_scores_adjoint = LANE_VARIANT(pair_scores_adjoint),
  .pair_slopes = LANE_VARIANT(pair_slopes),
  .pair_trace_sum = LANE_VARIANT(pair_trace_sum),
  .graph_messages = LANE_VARIANT(graph_messages),
  .graph_messages_adjoint = LANE_VARIANT(graph_messages_adjoint),
  .graph_tangents = LANE_VARIANT(graph_tangents),
  .adam = LANE_VARIANT(adam),
};
