// Softmax and layer normalisation over the rows of each column. Included once per variant.

LANE_KERNEL void LANE_VARIANT(softmax)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *x, LANE_SCALAR *y) {
  for (int64_t g = 0; g < groups; g++) {
    for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
      const LANE_SCALAR *in = x + g * rows * columns + c;
      LANE_SCALAR *out = y + g * rows * columns + c;
      int64_t n = columns - c;
      lane_real largest = load_some(in, n), sum = lane_broadcast(0);
      for (int64_t r = 1; r < rows; r++) largest = lane_max(largest, load_some(in + r * columns, n));
      for (int64_t r = 0; r < rows; r++) {
        lane_real e = lane_exp(load_some(in + r * columns, n) - largest);
        sum += e;
        store_some(out + r * columns, e, n);
      }
      lane_real inverse = 1 / sum;
      for (int64_t r = 0; r < rows; r++) store_some(out + r * columns, load_some(out + r * columns, n) * inverse, n);
    }
  }
}

LANE_KERNEL void LANE_VARIANT(softmax_adjoint)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *y, const LANE_SCALAR *dy, LANE_SCALAR *dx) {
  for (int64_t g = 0; g < groups; g++) {
    for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
      int64_t offset = g * rows * columns + c, n = columns - c;
      lane_real mean = lane_broadcast(0);
      for (int64_t r = 0; r < rows; r++) {
        mean += load_some(y + offset + r * columns, n) * load_some(dy + offset + r * columns, n);
      }
      for (int64_t r = 0; r < rows; r++) {
        int64_t i = offset + r * columns;
        add_some(dx + i, load_some(y + i, n) * (load_some(dy + i, n) - mean), n);
      }
    }
  }
}

// Mean and 1/√(variance + ε) of a column of lanes.
LANE_INLINE void column_moments(
    int64_t rows, int64_t columns, LANE_SCALAR epsilon, const LANE_SCALAR *x, int64_t n, lane_real *mean,
    lane_real *inverse_deviation) {
  lane_real sum = lane_broadcast(0), squares = lane_broadcast(0);
  for (int64_t r = 0; r < rows; r++) sum += load_some(x + r * columns, n);
  *mean = sum / (LANE_SCALAR)rows;
  for (int64_t r = 0; r < rows; r++) {
    lane_real d = load_some(x + r * columns, n) - *mean;
    squares += d * d;
  }
  *inverse_deviation = lane_inverse_sqrt(squares / (LANE_SCALAR)rows + epsilon);
}

LANE_KERNEL void LANE_VARIANT(layer_norm)(
    int64_t rows, int64_t columns, LANE_SCALAR epsilon, const LANE_SCALAR *x, const LANE_SCALAR *gain,
    const LANE_SCALAR *bias, LANE_SCALAR *y) {
  for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
    int64_t n = columns - c;
    lane_real mean, inverse;
    column_moments(rows, columns, epsilon, x + c, n, &mean, &inverse);
    for (int64_t r = 0; r < rows; r++) {
      int64_t i = r * columns + c;
      store_some(y + i, (load_some(x + i, n) - mean) * inverse * gain[r] + bias[r], n);
    }
  }
}

LANE_KERNEL void LANE_VARIANT(layer_norm_adjoint)(
    int64_t rows, int64_t columns, LANE_SCALAR epsilon, const LANE_SCALAR *x, const LANE_SCALAR *gain,
    const LANE_SCALAR *dy, LANE_SCALAR *dx, LANE_SCALAR *dgain, LANE_SCALAR *dbias) {
  for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
    int64_t n = columns - c;
    lane_real mean, inverse;
    column_moments(rows, columns, epsilon, x + c, n, &mean, &inverse);
    // dx = (g dy − mean(g dy) − x̂ mean(g dy x̂)) / deviation
    lane_real sum = lane_broadcast(0), along = lane_broadcast(0);
    for (int64_t r = 0; r < rows; r++) {
      int64_t i = r * columns + c;
      // Lanes beyond the last column have dy = 0 and add nothing.
      lane_real normal = (load_some(x + i, n) - mean) * inverse, d = load_some(dy + i, n);
      dgain[r] += horizontal_sum(d * normal);
      dbias[r] += horizontal_sum(d);
      sum += d * gain[r];
      along += d * gain[r] * normal;
    }
    sum /= (LANE_SCALAR)rows;
    along /= (LANE_SCALAR)rows;
    for (int64_t r = 0; r < rows; r++) {
      int64_t i = r * columns + c;
      lane_real normal = (load_some(x + i, n) - mean) * inverse;
      add_some(dx + i, (load_some(dy + i, n) * gain[r] - sum - normal * along) * inverse, n);
    }
  }
}
