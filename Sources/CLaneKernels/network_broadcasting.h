// Sums and products of matrices whose operands may be repeated over rows or columns, sums over rows, and Adam. Included
// once per variant.

typedef LANE_TYPED(network_operand) operand;

// Columns for which each operand is either one number or one vector.
LANE_INLINE int64_t span_length(int64_t columns, int64_t a, int64_t b) {
  int64_t most = 1;
  if (a < columns && a > most) most = a;
  if (b < columns && b > most) most = b;
  return columns / most;
}

// The operand's place in a row for the span that begins at column c.
LANE_INLINE const LANE_SCALAR *at(operand o, int64_t row, int64_t columns, int64_t c) {
  const LANE_SCALAR *p = o.values + row * o.row_stride;
  return o.columns == columns ? p + c : p + c / (columns / o.columns);
}

LANE_INLINE LANE_SCALAR horizontal_sum(lane_real x) {
  LANE_SCALAR sum = 0;
  for (int i = 0; i < LANE_WIDTH; i++) sum += x[i];
  return sum;
}

LANE_KERNEL void LANE_VARIANT(combination)(
    int64_t rows, int64_t columns, LANE_SCALAR alpha, operand a, LANE_SCALAR beta, operand b, LANE_SCALAR *y) {
  int64_t span = span_length(columns, a.columns, b.columns);
  int a_varies = a.columns == columns, b_varies = b.columns == columns;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c += span) {
      const LANE_SCALAR *p = at(a, r, columns, c), *q = at(b, r, columns, c);
      LANE_SCALAR *out = y + r * columns + c;
      for (int64_t i = 0; i < span; i += LANE_WIDTH) {
        lane_real u = a_varies ? load_some(p + i, span - i) : lane_broadcast(*p);
        lane_real v = b_varies ? load_some(q + i, span - i) : lane_broadcast(*q);
        store_some(out + i, alpha * u + beta * v, span - i);
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(product)(int64_t rows, int64_t columns, operand a, operand b, LANE_SCALAR *y) {
  int64_t span = span_length(columns, a.columns, b.columns);
  int a_varies = a.columns == columns, b_varies = b.columns == columns;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c += span) {
      const LANE_SCALAR *p = at(a, r, columns, c), *q = at(b, r, columns, c);
      LANE_SCALAR *out = y + r * columns + c;
      for (int64_t i = 0; i < span; i += LANE_WIDTH) {
        lane_real u = a_varies ? load_some(p + i, span - i) : lane_broadcast(*p);
        lane_real v = b_varies ? load_some(q + i, span - i) : lane_broadcast(*q);
        store_some(out + i, u * v, span - i);
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(combination_adjoint)(
    int64_t rows, int64_t columns, LANE_SCALAR alpha, const LANE_SCALAR *dy, operand shape, LANE_SCALAR *da) {
  shape.values = da;
  int64_t span = span_length(columns, shape.columns, columns);
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c += span) {
      LANE_SCALAR *target = (LANE_SCALAR *)at(shape, r, columns, c);
      const LANE_SCALAR *in = dy + r * columns + c;
      if (shape.columns == columns) {
        for (int64_t i = 0; i < span; i += LANE_WIDTH) add_some(target + i, alpha * load_some(in + i, span - i), span - i);
      } else {
        lane_real sum = lane_broadcast(0);
        for (int64_t i = 0; i < span; i += LANE_WIDTH) sum += load_some(in + i, span - i);
        *target += alpha * horizontal_sum(sum);
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(product_adjoint)(
    int64_t rows, int64_t columns, const LANE_SCALAR *dy, operand b, operand shape, LANE_SCALAR *da) {
  shape.values = da;
  int64_t span = span_length(columns, shape.columns, b.columns);
  int b_varies = b.columns == columns;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c += span) {
      LANE_SCALAR *target = (LANE_SCALAR *)at(shape, r, columns, c);
      const LANE_SCALAR *in = dy + r * columns + c, *q = at(b, r, columns, c);
      lane_real sum = lane_broadcast(0);
      for (int64_t i = 0; i < span; i += LANE_WIDTH) {
        lane_real v = b_varies ? load_some(q + i, span - i) : lane_broadcast(*q);
        lane_real term = load_some(in + i, span - i) * v;
        if (shape.columns == columns) {
          add_some(target + i, term, span - i);
        } else {
          sum += term;
        }
      }
      if (shape.columns != columns) *target += horizontal_sum(sum);
    }
  }
}

LANE_KERNEL void LANE_VARIANT(sum_rows)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *x, LANE_SCALAR *y) {
  for (int64_t g = 0; g < groups; g++) {
    for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
      lane_real sum = lane_broadcast(0);
      for (int64_t r = 0; r < rows; r++) sum += load_some(x + (g * rows + r) * columns + c, columns - c);
      store_some(y + g * columns + c, sum, columns - c);
    }
  }
}

LANE_KERNEL void LANE_VARIANT(sum_rows_adjoint)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *dy, LANE_SCALAR *dx) {
  for (int64_t g = 0; g < groups; g++) {
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
        add_some(dx + (g * rows + r) * columns + c, load_some(dy + g * columns + c, columns - c), columns - c);
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(adam)(
    int64_t count, const LANE_SCALAR *gradient, LANE_SCALAR gradient_scale, LANE_SCALAR beta1, LANE_SCALAR beta2,
    LANE_SCALAR rate, LANE_SCALAR v_scale, LANE_SCALAR epsilon, LANE_SCALAR decay, LANE_SCALAR *m, LANE_SCALAR *v,
    LANE_SCALAR *values) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) {
    int64_t n = count - i;
    lane_real g = gradient_scale * load_some(gradient + i, n);
    lane_real first = beta1 * load_some(m + i, n) + (1 - beta1) * g;
    lane_real second = beta2 * load_some(v + i, n) + (1 - beta2) * g * g;
    store_some(m + i, first, n);
    store_some(v + i, second, n);
    lane_real step = rate * first / (lane_sqrt(second) * v_scale + epsilon);
    store_some(values + i, load_some(values + i, n) * (1 - decay) - step, n);
  }
}
