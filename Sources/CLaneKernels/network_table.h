// Kernels of networks in both precisions. Included once for each by variants.h.

#define NETWORK_KERNEL(name) __typeof__(&LANE_TYPED(network_##name)) name
typedef struct {
  NETWORK_KERNEL(function_value);
  NETWORK_KERNEL(function_adjoint);
  NETWORK_KERNEL(combination);
  NETWORK_KERNEL(product);
  NETWORK_KERNEL(combination_adjoint);
  NETWORK_KERNEL(product_adjoint);
  NETWORK_KERNEL(sum_rows);
  NETWORK_KERNEL(sum_rows_adjoint);
  NETWORK_KERNEL(softmax);
  NETWORK_KERNEL(softmax_adjoint);
  NETWORK_KERNEL(layer_norm);
  NETWORK_KERNEL(layer_norm_adjoint);
  NETWORK_KERNEL(attention);
  NETWORK_KERNEL(attention_adjoint);
  NETWORK_KERNEL(attention_tangent);
  NETWORK_KERNEL(spline_value);
  NETWORK_KERNEL(spline_adjoint);
  NETWORK_KERNEL(pair_messages);
  NETWORK_KERNEL(pair_messages_adjoint);
  NETWORK_KERNEL(pair_scores);
  NETWORK_KERNEL(pair_scores_adjoint);
  NETWORK_KERNEL(pair_slopes);
  NETWORK_KERNEL(pair_trace_sum);
  NETWORK_KERNEL(graph_messages);
  NETWORK_KERNEL(graph_messages_adjoint);
  NETWORK_KERNEL(graph_tangents);
  NETWORK_KERNEL(adam);
} LANE_TYPED(lane_network);
#undef NETWORK_KERNEL
