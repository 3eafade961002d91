// Layers of equivariant graph networks: what happens between ordered pairs of atoms, one first atom at a time, so that the features
// of pairs stay in the caches. Included once per variant. See network_kernels.h for the formulas.

LANE_INLINE int64_t pair_place(int64_t atoms, int64_t i, int64_t j) {
  return i < j ? i * atoms - i * (i + 1) / 2 + j - i - 1 : j * atoms - j * (j + 1) / 2 + i - j - 1;
}

// silu of z(i,j) for one i, [rows][neighbours × samples], and its slope where it is wanted.
LANE_INLINE void graph_start(const LANE_TYPED(network_graph) *in, int64_t i, LANE_SCALAR *value, LANE_SCALAR *slope) {
  const int64_t n = in->atoms, s = in->samples;
  for (int64_t f = 0; f < in->rows; f++) {
    const LANE_SCALAR *own = in->first + (f * n + i) * s;
    const LANE_SCALAR weight = in->distance[f];
    for (int64_t j = 0; j < n; j++) {
      if (j == i) continue;
      const LANE_SCALAR *other = in->second + (f * n + j) * s, *square = in->squares + pair_place(n, i, j) * s;
      for (int64_t c = 0; c < s; c += LANE_WIDTH) {
        int64_t count = s - c;
        lane_real z = load_some(own + c, count) + load_some(other + c, count) + weight * load_some(square + c, count);
        lane_real g = network_logistic(z);
        store_some(value + c, z * g, count);
        if (slope) store_some(slope + c, g * (1 + z * (1 - g)), count);
      }
      value += s;
      if (slope) slope += s;
    }
  }
}

// Messages in place of the sums they are made of, and σ of the attention. For the way back also silu of the sums and its slope.
LANE_INLINE void graph_attend(
    const LANE_TYPED(network_graph) *in, LANE_SCALAR *y, LANE_SCALAR *before, LANE_SCALAR *slope, LANE_SCALAR *sigma) {
  const int64_t columns = (in->atoms - 1) * in->samples;
  for (int64_t c = 0; c < columns; c++) sigma[c] = in->attention_bias[0];
  for (int64_t f = 0; f < in->rows; f++) {
    const LANE_SCALAR bias = in->edge_bias[f], weight = in->attention_weight[f];
    LANE_SCALAR *row = y + f * columns;
    for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
      int64_t count = columns - c;
      lane_real z = load_some(row + c, count) + bias, g = network_logistic(z), value = z * g;
      store_some(row + c, value, count);
      add_some(sigma + c, weight * value, count);
      if (before) store_some(before + f * columns + c, value, count);
      if (slope) store_some(slope + f * columns + c, g * (1 + z * (1 - g)), count);
    }
  }
  for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
    store_some(sigma + c, network_logistic(load_some(sigma + c, columns - c)), columns - c);
  }
  for (int64_t f = 0; f < in->rows; f++) {
    LANE_SCALAR *row = y + f * columns;
    for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
      int64_t count = columns - c;
      store_some(row + c, load_some(row + c, count) * load_some(sigma + c, count), count);
    }
  }
}

LANE_INLINE void graph_multiply(
    const LANE_TYPED(network_graph) *in, const LANE_SCALAR *weight, int32_t transposed, const LANE_SCALAR *x, LANE_SCALAR *y) {
  int32_t rows = (int32_t)in->rows, columns = (int32_t)((in->atoms - 1) * in->samples);
  in->multiply(transposed, 0, rows, columns, rows, weight, rows, x, columns, 0, y);
}

// dW += dy xᵀ
LANE_INLINE void graph_multiply_adjoint(
    const LANE_TYPED(network_graph) *in, const LANE_SCALAR *dy, const LANE_SCALAR *x, LANE_SCALAR *dweight) {
  int32_t rows = (int32_t)in->rows, columns = (int32_t)((in->atoms - 1) * in->samples);
  in->multiply(0, 1, rows, rows, columns, dy, columns, x, columns, 1, dweight);
}

LANE_KERNEL void LANE_VARIANT(graph_messages)(
    const LANE_TYPED(network_graph) *in, LANE_SCALAR *scratch, LANE_SCALAR *received, LANE_SCALAR *scores) {
  const int64_t n = in->atoms, s = in->samples, columns = (n - 1) * s, matrix = in->rows * columns;
  LANE_SCALAR *a = scratch, *b = a + matrix, *sigma = b + matrix;
  for (int64_t i = 0; i < n; i++) {
    graph_start(in, i, a, 0);
    graph_multiply(in, in->edge_weight, 0, a, b);
    graph_attend(in, b, 0, 0, sigma);
    for (int64_t f = 0; f < in->rows; f++) {
      for (int64_t c = 0; c < s; c += LANE_WIDTH) {
        int64_t count = s - c;
        lane_real sum = lane_broadcast(0);
        for (int64_t j = 0; j < n - 1; j++) sum += load_some(b + f * columns + j * s + c, count);
        store_some(received + (f * n + i) * s + c, sum, count);
      }
    }
    graph_multiply(in, in->coordinate_weight, 0, b, a);
    LANE_SCALAR *score = scores + i * columns;
    for (int64_t c = 0; c < columns; c++) score[c] = 0;
    for (int64_t f = 0; f < in->rows; f++) {
      const LANE_SCALAR bias = in->coordinate_bias[f], weight = in->step_weight[f];
      for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
        int64_t count = columns - c;
        lane_real z = load_some(a + f * columns + c, count) + bias;
        add_some(score + c, weight * z * network_logistic(z), count);
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(graph_messages_adjoint)(
    const LANE_TYPED(network_graph) *in, LANE_SCALAR *scratch, const LANE_SCALAR *dreceived, const LANE_SCALAR *dscores,
    const LANE_TYPED(network_graph_adjoint) *out) {
  const int64_t n = in->atoms, s = in->samples, columns = (n - 1) * s, matrix = in->rows * columns;
  LANE_SCALAR *start = scratch, *start_slope = start + matrix, *message = start_slope + matrix, *before = message + matrix,
              *slope = before + matrix, *a = slope + matrix, *b = a + matrix, *sigma = b + matrix, *dsigma = sigma + columns;
  for (int64_t i = 0; i < n; i++) {
    graph_start(in, i, start, start_slope);
    graph_multiply(in, in->edge_weight, 0, start, message);
    graph_attend(in, message, before, slope, sigma);
    graph_multiply(in, in->coordinate_weight, 0, message, a);
    // Scores to what silu is taken of.
    const LANE_SCALAR *dscore = dscores + i * columns;
    for (int64_t f = 0; f < in->rows; f++) {
      const LANE_SCALAR bias = in->coordinate_bias[f], weight = in->step_weight[f];
      lane_real of_weight = lane_broadcast(0), of_bias = of_weight;
      for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
        int64_t count = columns - c;
        LANE_SCALAR *place = a + f * columns + c;
        lane_real z = load_some(place, count) + bias, g = network_logistic(z), d = load_some(dscore + c, count);
        of_weight += d * z * g;
        d *= weight * g * (1 + z * (1 - g));
        of_bias += d;
        store_some(place, d, count);
      }
      out->dstep_weight[f] += horizontal_sum(of_weight);
      out->dcoordinate_bias[f] += horizontal_sum(of_bias);
    }
    graph_multiply_adjoint(in, a, message, out->dcoordinate_weight);
    graph_multiply(in, in->coordinate_weight, 1, a, b);
    // b: the adjoint of messages, from scores and from what atoms receive.
    for (int64_t c = 0; c < columns; c++) dsigma[c] = 0;
    for (int64_t f = 0; f < in->rows; f++) {
      const LANE_SCALAR *d = dreceived + (f * n + i) * s;
      for (int64_t j = 0; j < n - 1; j++) {
        for (int64_t c = 0; c < s; c += LANE_WIDTH) {
          int64_t count = s - c, at = f * columns + j * s + c;
          lane_real whole = load_some(b + at, count) + load_some(d + c, count);
          store_some(b + at, whole, count);
          add_some(dsigma + j * s + c, whole * load_some(before + at, count), count);
        }
      }
    }
    lane_real of_attention = lane_broadcast(0);
    for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
      int64_t count = columns - c;
      lane_real g = load_some(sigma + c, count), d = load_some(dsigma + c, count) * g * (1 - g);
      of_attention += d;
      store_some(dsigma + c, d, count);
    }
    out->dattention_bias[0] += horizontal_sum(of_attention);
    for (int64_t f = 0; f < in->rows; f++) {
      const LANE_SCALAR weight = in->attention_weight[f];
      lane_real of_weight = lane_broadcast(0), of_bias = of_weight;
      for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
        int64_t count = columns - c, at = f * columns + c;
        lane_real d = load_some(dsigma + c, count);
        of_weight += d * load_some(before + at, count);
        d = (load_some(sigma + c, count) * load_some(b + at, count) + weight * d) * load_some(slope + at, count);
        of_bias += d;
        store_some(b + at, d, count);
      }
      out->dattention_weight[f] += horizontal_sum(of_weight);
      out->dedge_bias[f] += horizontal_sum(of_bias);
    }
    graph_multiply_adjoint(in, b, start, out->dedge_weight);
    graph_multiply(in, in->edge_weight, 1, b, a);
    for (int64_t f = 0; f < in->rows; f++) {
      const LANE_SCALAR weight = in->distance[f];
      LANE_SCALAR *own = out->dfirst + (f * n + i) * s;
      const LANE_SCALAR *d = a + f * columns, *slopes = start_slope + f * columns;
      lane_real of_weight = lane_broadcast(0);
      for (int64_t j = 0; j < n; j++) {
        if (j == i) continue;
        const int64_t pair = pair_place(n, i, j) * s;
        LANE_SCALAR *other = out->dsecond + (f * n + j) * s;
        for (int64_t c = 0; c < s; c += LANE_WIDTH) {
          int64_t count = s - c;
          lane_real whole = load_some(d + c, count) * load_some(slopes + c, count);
          add_some(own + c, whole, count);
          add_some(other + c, whole, count);
          add_some(out->dsquares + pair + c, weight * whole, count);
          of_weight += whole * load_some(in->squares + pair + c, count);
        }
        d += s;
        slopes += s;
      }
      out->ddistance[f] += horizontal_sum(of_weight);
    }
  }
}

LANE_KERNEL void LANE_VARIANT(graph_tangents)(
    const LANE_TYPED(network_graph_tangent) *in, LANE_SCALAR *scratch, LANE_SCALAR *received, LANE_SCALAR *scores) {
  const int64_t n = in->atoms, d = in->directions, edges = n * (n - 1);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t f = 0; f < in->rows; f++) {
      LANE_SCALAR *sum = received + (f * n + i) * d;
      for (int64_t c = 0; c < d; c++) sum[c] = 0;
    }
    for (int64_t from = 0; from < n - 1; from += NETWORK_GRAPH_NEIGHBOURS) {
      const int64_t count = n - 1 - from < NETWORK_GRAPH_NEIGHBOURS ? n - 1 - from : NETWORK_GRAPH_NEIGHBOURS;
      const int64_t columns = count * d, edge = i * (n - 1) + from;
      LANE_SCALAR *a = scratch, *b = a + in->rows * columns, *attention = b + in->rows * columns;
      LANE_SCALAR *score = scores + edge * d;
      for (int64_t c = 0; c < columns; c++) score[c] = attention[c] = 0;
      for (int64_t f = 0; f < in->rows; f++) {
        const LANE_SCALAR *own = in->first + (f * n + i) * d, weight = in->distance[f];
        for (int64_t k = 0; k < count; k++) {
          const int64_t j = from + k < i ? from + k : from + k + 1;
          const LANE_SCALAR *other = in->second + (f * n + j) * d, *square = in->squares + (edge + k) * d;
          const LANE_SCALAR slope = in->slopes[f * edges + edge + k], gradient = in->gradients[f * edges + edge + k];
          for (int64_t c = 0; c < d; c += LANE_WIDTH) {
            lane_real z = lane_load(own + c) + lane_load(other + c) + weight * lane_load(square + c);
            lane_store(a + f * columns + k * d + c, slope * z);
            lane_store(score + k * d + c, lane_load(score + k * d + c) + gradient * z);
          }
        }
      }
      int32_t rows = (int32_t)in->rows;
      in->multiply(0, 0, rows, (int32_t)columns, rows, in->edge_weight, rows, a, (int32_t)columns, 0, b);
      for (int64_t f = 0; f < in->rows; f++) {
        LANE_SCALAR *sum = received + (f * n + i) * d;
        for (int64_t k = 0; k < count; k++) {
          const LANE_SCALAR slope = in->edge_slopes[f * edges + edge + k];
          const LANE_SCALAR to_attention = in->attention_weight[f] * slope, to_sum = in->attended[edge + k] * slope;
          for (int64_t c = 0; c < d; c += LANE_WIDTH) {
            lane_real x = lane_load(b + f * columns + k * d + c);
            lane_store(sum + c, lane_load(sum + c) + to_sum * x);
            lane_store(attention + k * d + c, lane_load(attention + k * d + c) + to_attention * x);
          }
        }
      }
      for (int64_t f = 0; f < in->rows; f++) {
        LANE_SCALAR *sum = received + (f * n + i) * d;
        for (int64_t k = 0; k < count; k++) {
          const LANE_SCALAR weight = in->attention[f * edges + edge + k];
          for (int64_t c = 0; c < d; c += LANE_WIDTH) {
            lane_store(sum + c, lane_load(sum + c) + weight * lane_load(attention + k * d + c));
          }
        }
      }
    }
  }
}
