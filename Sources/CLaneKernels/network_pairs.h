// Messages between all pairs of atoms. Included once per variant.
//
// Columns are [atom][sample]. Pairs i < j stand in the order (0,1), (0,2), …; ordered pairs (i, j), i ≠ j, likewise with i
// first. z(i,j) = first(i) + second(j) + radial(pair), row by row.

LANE_INLINE int64_t ordered_place(int64_t atoms, int64_t i, int64_t j) { return i * (atoms - 1) + (j < i ? j : j - 1); }

LANE_KERNEL void LANE_VARIANT(pair_messages)(const LANE_TYPED(network_pairs) *in, LANE_SCALAR *y) {
  const int64_t n = in->atoms, s = in->samples;
  for (int64_t w = 0; w < in->rows; w++) {
    const LANE_SCALAR *p = in->first + w * n * s, *q = in->second + w * n * s, *r = in->radial + w * n * (n - 1) / 2 * s;
    LANE_SCALAR *out = y + w * n * s;
    for (int64_t c = 0; c < n * s; c++) out[c] = 0;
    int64_t pair = 0;
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = i + 1; j < n; j++, pair++) {
        for (int64_t c = 0; c < s; c += LANE_WIDTH) {
          int64_t count = s - c;
          lane_real f = load_some(r + pair * s + c, count);
          lane_real a = load_some(p + i * s + c, count) + load_some(q + j * s + c, count) + f;
          lane_real b = load_some(p + j * s + c, count) + load_some(q + i * s + c, count) + f;
          add_some(out + i * s + c, a * network_logistic(a), count);
          add_some(out + j * s + c, b * network_logistic(b), count);
        }
      }
    }
  }
}

LANE_INLINE lane_real silu_slope(lane_real z) {
  lane_real g = network_logistic(z);
  return g * (1 + z * (1 - g));
}

LANE_KERNEL void LANE_VARIANT(pair_messages_adjoint)(
    const LANE_TYPED(network_pairs) *in, const LANE_SCALAR *dy, LANE_SCALAR *dfirst, LANE_SCALAR *dsecond,
    LANE_SCALAR *dradial) {
  const int64_t n = in->atoms, s = in->samples;
  for (int64_t w = 0; w < in->rows; w++) {
    const int64_t atoms = w * n * s, pairs = w * n * (n - 1) / 2 * s;
    int64_t pair = 0;
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = i + 1; j < n; j++, pair++) {
        for (int64_t c = 0; c < s; c += LANE_WIDTH) {
          int64_t count = s - c, at = atoms + i * s + c, other = atoms + j * s + c, between = pairs + pair * s + c;
          lane_real f = load_some(in->radial + between, count);
          lane_real a = load_some(in->first + at, count) + load_some(in->second + other, count) + f;
          lane_real b = load_some(in->first + other, count) + load_some(in->second + at, count) + f;
          a = silu_slope(a) * load_some(dy + at, count);
          b = silu_slope(b) * load_some(dy + other, count);
          add_some(dfirst + at, a, count);
          add_some(dsecond + other, a, count);
          add_some(dfirst + other, b, count);
          add_some(dsecond + at, b, count);
          add_some(dradial + between, a + b, count);
        }
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(pair_scores)(
    const LANE_TYPED(network_pairs) *in, const LANE_SCALAR *weights, LANE_SCALAR *y) {
  const int64_t n = in->atoms, s = in->samples;
  for (int64_t c = 0; c < n * (n - 1) * s; c++) y[c] = 0;
  for (int64_t w = 0; w < in->rows; w++) {
    const LANE_SCALAR *p = in->first + w * n * s, *q = in->second + w * n * s, *r = in->radial + w * n * (n - 1) / 2 * s;
    int64_t pair = 0;
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = i + 1; j < n; j++, pair++) {
        LANE_SCALAR *here = y + ordered_place(n, i, j) * s, *there = y + ordered_place(n, j, i) * s;
        for (int64_t c = 0; c < s; c += LANE_WIDTH) {
          int64_t count = s - c;
          lane_real f = load_some(r + pair * s + c, count);
          lane_real a = load_some(p + i * s + c, count) + load_some(q + j * s + c, count) + f;
          lane_real b = load_some(p + j * s + c, count) + load_some(q + i * s + c, count) + f;
          add_some(here + c, weights[w] * a * network_logistic(a), count);
          add_some(there + c, weights[w] * b * network_logistic(b), count);
        }
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(pair_scores_adjoint)(
    const LANE_TYPED(network_pairs) *in, const LANE_SCALAR *weights, const LANE_SCALAR *dy, LANE_SCALAR *dfirst,
    LANE_SCALAR *dsecond, LANE_SCALAR *dradial, LANE_SCALAR *dweights) {
  const int64_t n = in->atoms, s = in->samples;
  for (int64_t w = 0; w < in->rows; w++) {
    const int64_t atoms = w * n * s, pairs = w * n * (n - 1) / 2 * s;
    lane_real sum = lane_broadcast(0);
    int64_t pair = 0;
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = i + 1; j < n; j++, pair++) {
        const LANE_SCALAR *here = dy + ordered_place(n, i, j) * s, *there = dy + ordered_place(n, j, i) * s;
        for (int64_t c = 0; c < s; c += LANE_WIDTH) {
          int64_t count = s - c, at = atoms + i * s + c, other = atoms + j * s + c, between = pairs + pair * s + c;
          lane_real f = load_some(in->radial + between, count);
          lane_real a = load_some(in->first + at, count) + load_some(in->second + other, count) + f;
          lane_real b = load_some(in->first + other, count) + load_some(in->second + at, count) + f;
          // Lanes beyond the last sample have dy = 0 and add nothing.
          lane_real da = load_some(here + c, count), db = load_some(there + c, count);
          sum += a * network_logistic(a) * da + b * network_logistic(b) * db;
          a = weights[w] * silu_slope(a) * da;
          b = weights[w] * silu_slope(b) * db;
          add_some(dfirst + at, a, count);
          add_some(dsecond + other, a, count);
          add_some(dfirst + other, b, count);
          add_some(dsecond + at, b, count);
          add_some(dradial + between, a + b, count);
        }
      }
    }
    dweights[w] += horizontal_sum(sum);
  }
}

LANE_KERNEL void LANE_VARIANT(pair_slopes)(const LANE_TYPED(network_pairs) *in, LANE_SCALAR *y) {
  const int64_t n = in->atoms, s = in->samples;
  for (int64_t w = 0; w < in->rows; w++) {
    const LANE_SCALAR *p = in->first + w * n * s, *q = in->second + w * n * s, *r = in->radial + w * n * (n - 1) / 2 * s;
    LANE_SCALAR *out = y + w * n * (n - 1) * s;
    int64_t pair = 0;
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = i + 1; j < n; j++, pair++) {
        for (int64_t c = 0; c < s; c += LANE_WIDTH) {
          int64_t count = s - c;
          lane_real f = load_some(r + pair * s + c, count);
          lane_real a = load_some(p + i * s + c, count) + load_some(q + j * s + c, count) + f;
          lane_real b = load_some(p + j * s + c, count) + load_some(q + i * s + c, count) + f;
          store_some(out + ordered_place(n, i, j) * s + c, silu_slope(a), count);
          store_some(out + ordered_place(n, j, i) * s + c, silu_slope(b), count);
        }
      }
    }
  }
}

// Σ over atoms i, k, directions c and rows of adjoint(k; i, c) ∂M(k)/∂x(i, c), where M are messages whose first and second
// operands change along pairs, and adjoint(k; i, c) is push(i,k,c) γ(i,k) for k ≠ i and given for k = i.
LANE_KERNEL void LANE_VARIANT(pair_trace_sum)(const LANE_TYPED(network_pair_trace) *in, LANE_SCALAR *trace) {
  const int64_t n = in->atoms, s = in->samples, ordered = n * (n - 1) * s, diagonal = 3 * n * s;
  for (int64_t c = 0; c < s; c++) trace[c] = 0;
  for (int64_t w = 0; w < in->rows; w++) {
    const LANE_SCALAR *slope = in->slopes + w * ordered, *radial = in->radial_slopes + w * n * (n - 1) / 2 * s;
    const LANE_SCALAR *first = in->first + w * ordered, *second = in->second + w * ordered;
    const LANE_SCALAR *first_own = in->first_own + w * diagonal, *second_own = in->second_own + w * diagonal;
    const LANE_SCALAR *adjoint = in->adjoint + w * ordered, *adjoint_own = in->adjoint_own + w * diagonal;
    for (int64_t c = 0; c < s; c += LANE_WIDTH) {
      int64_t count = s - c;
      lane_real total = lane_broadcast(0);
      for (int64_t i = 0; i < n; i++) {
        lane_real change[3][NETWORK_PAIR_ATOMS];
        for (int64_t l = 0; l < n; l++) {
          for (int64_t d = 0; d < 3; d++) {
            change[d][l] = l == i ? load_some(second_own + (d * n + i) * s + c, count)
              : load_some(second + ordered_place(n, l, i) * s + c, count)
                * load_some(in->directions + d * ordered + ordered_place(n, l, i) * s + c, count);
          }
        }
        for (int64_t k = 0; k < n; k++) {
          lane_real x = lane_broadcast(0), y = x, z = x, sum = x, radial_own[3] = {x, x, x};
          for (int64_t l = 0; l < n; l++) {
            if (l == k) continue;
            lane_real g = load_some(slope + ordered_place(n, k, l) * s + c, count);
            x += g * change[0][l];
            y += g * change[1][l];
            z += g * change[2][l];
            sum += g;
            if (k == i) {
              int64_t pair = k < l ? k * n - k * (k + 1) / 2 + l - k - 1 : l * n - l * (l + 1) / 2 + k - l - 1;
              lane_real f = g * load_some(radial + pair * s + c, count);
              for (int64_t d = 0; d < 3; d++) {
                radial_own[d] += f * load_some(in->directions + d * ordered + ordered_place(n, l, i) * s + c, count);
              }
            }
          }
          lane_real along[3] = {x, y, z};
          if (k == i) {
            for (int64_t d = 0; d < 3; d++) {
              along[d] += radial_own[d] + sum * load_some(first_own + (d * n + i) * s + c, count);
              total += along[d] * load_some(adjoint_own + (d * n + i) * s + c, count);
            }
          } else {
            int64_t at = ordered_place(n, k, i) * s + c, push = ordered_place(n, i, k) * s + c;
            int64_t pair = k < i ? k * n - k * (k + 1) / 2 + i - k - 1 : i * n - i * (i + 1) / 2 + k - i - 1;
            lane_real amplitude = sum * load_some(first + at, count)
              + load_some(slope + at, count) * load_some(radial + pair * s + c, count);
            lane_real product = lane_broadcast(0);
            for (int64_t d = 0; d < 3; d++) {
              along[d] += amplitude * load_some(in->directions + d * ordered + at, count);
              product += along[d] * load_some(in->pushes + d * ordered + push, count);
            }
            total += product * load_some(adjoint + push, count);
          }
        }
      }
      add_some(trace + c, total, count);
    }
  }
}
